/** Splits a filter into its clauses at spaces outside quotes and parentheses. */
export const clausesOf = (q: string): readonly string[] => {
  const clauses: string[] = []
  let [clause, depth, quoted] = ['', 0, false]
  for (let at = 0; at < q.length; at++) {
    const character = q.charAt(at)
    if (character === '\\') {
      clause += character + q.charAt(++at)
      continue
    }
    if (character === '"') quoted = !quoted
    else if (!quoted && character === '(') depth += 1
    else if (!quoted && character === ')') depth -= 1
    if (!quoted && depth === 0 && /\s/.test(character)) {
      if (clause !== '') clauses.push(clause)
      clause = ''
    } else clause += character
  }
  if (clause !== '') clauses.push(clause)
  return clauses.filter((one) => one !== 'AND')
}

/** Returns whether a filter has a top-level OR or NOT, so that its clauses cannot be edited one by one. */
export const isJoined = (clauses: readonly string[]): boolean => clauses.some((one) => one === 'OR' || one === 'NOT')

/** Quotes a value if necessary, so that a filter matches it literally. */
export const quote = (value: string): string =>
  /^[\w.][\w.:/@-]*$/.test(value) && !/^(AND|OR|NOT)$/.test(value) && !/[:/]/.test(value)
    ? value
    : `"${value.replace(/["\\]/g, '\\$&')}"`

const valuesIn = (clause: string, field: string): readonly string[] | undefined => {
  if (clause === `-${field}:*`) return []
  if (!clause.startsWith(`${field}:`)) return undefined
  const test = clause.slice(field.length + 1)
  if (/^[<>[{*]/.test(test)) return undefined
  const inner = test.startsWith('(') && test.endsWith(')') ? test.slice(1, -1) : test
  return clausesOf(inner).flatMap((part) => (part === 'OR' ? [] : [unquote(part)]))
}

const unquote = (text: string): string =>
  text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text

/** Returns the values that a filter selects for a field. `none` is set if it selects alerts without a value. */
export const selectedValues = (
  q: string,
  field: string,
): { readonly values: readonly string[]; readonly none: boolean } => {
  const clauses = clausesOf(q)
  if (isJoined(clauses)) return { values: [], none: false }
  return {
    values: clauses.flatMap((clause) => valuesIn(clause, field) ?? []),
    none: clauses.includes(`-${field}:*`),
  }
}

/** Adds a clause to a filter, with parentheses around a top-level OR. */
export const withClause = (q: string, clause: string): string => {
  const clauses = clausesOf(q)
  return (isJoined(clauses) ? [`(${q.trim()})`, clause] : [...clauses, clause]).join(' ')
}

/** Adds a value of a field to a filter, or removes it. `null` selects alerts without a value. */
export const toggleValue = (q: string, field: string, value: string | null): string => {
  const clauses = clausesOf(q)
  if (isJoined(clauses)) return withClause(q, clauseOf(field, value === null ? [] : [value]))
  const { values, none } = selectedValues(q, field)
  const rest = clauses.filter((clause) => valuesIn(clause, field) === undefined)
  if (value === null) return (none ? rest : [...rest, clauseOf(field, [])]).join(' ')
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value]
  return (next.length === 0 ? rest : [...rest, clauseOf(field, next)]).join(' ')
}

const clauseOf = (field: string, values: readonly string[]): string => {
  const [first] = values
  if (first === undefined) return `-${field}:*`
  return values.length === 1 ? `${field}:${quote(first)}` : `${field}:(${values.map(quote).join(' OR ')})`
}
