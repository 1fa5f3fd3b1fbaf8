/** The clauses of a filter that stand side by side: what a space joins, outside quotes and parentheses. */
export const clausesOf = (q: string): readonly string[] => {
  const clauses: string[] = []
  let [clause, depth, quoted] = ['', 0, false]
  for (let at = 0; at < q.length; at++) {
    const sign = q.charAt(at)
    if (sign === '\\') {
      clause += sign + q.charAt(++at)
      continue
    }
    if (sign === '"') quoted = !quoted
    else if (!quoted && sign === '(') depth += 1
    else if (!quoted && sign === ')') depth -= 1
    if (!quoted && depth === 0 && /\s/.test(sign)) {
      if (clause !== '') clauses.push(clause)
      clause = ''
    } else clause += sign
  }
  if (clause !== '') clauses.push(clause)
  return clauses.filter((one) => one !== 'AND')
}

/** Whether a filter has an OR or a NOT at its top, so that clauses cannot be added or taken away one by one. */
export const isJoined = (clauses: readonly string[]): boolean => clauses.some((one) => one === 'OR' || one === 'NOT')

/** Writes a value so that a filter takes it literally. */
export const quote = (value: string): string =>
  /^[\w.][\w.:/@-]*$/.test(value) && !/^(AND|OR|NOT)$/.test(value) && !/[:/]/.test(value)
    ? value
    : `"${value.replace(/["\\]/g, '\\$&')}"`

const own = (clause: string, field: string): readonly string[] | undefined => {
  if (clause === `-${field}:*`) return []
  if (!clause.startsWith(`${field}:`)) return undefined
  const test = clause.slice(field.length + 1)
  if (/^[<>[{*]/.test(test)) return undefined
  const inner = test.startsWith('(') && test.endsWith(')') ? test.slice(1, -1) : test
  return clausesOf(inner).flatMap((part) => (part === 'OR' ? [] : [unquote(part)]))
}

const unquote = (text: string): string =>
  text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text

/** The values that a filter asks of a field; `none` when it asks for those without any. */
export const chosenOf = (q: string, field: string): { readonly values: readonly string[]; readonly none: boolean } => {
  const clauses = clausesOf(q)
  if (isJoined(clauses)) return { values: [], none: false }
  return {
    values: clauses.flatMap((clause) => own(clause, field) ?? []),
    none: clauses.includes(`-${field}:*`),
  }
}

/** Adds a clause to a filter; one that is an OR is put into parentheses first. */
export const withClause = (q: string, clause: string): string => {
  const clauses = clausesOf(q)
  return (isJoined(clauses) ? [`(${q.trim()})`, clause] : [...clauses, clause]).join(' ')
}

/** Adds a value of a field to what a filter asks for, or takes it away when it is there. `null` stands for having none. */
export const toggleValue = (q: string, field: string, value: string | null): string => {
  const clauses = clausesOf(q)
  if (isJoined(clauses)) return withClause(q, clauseOf(field, value === null ? [] : [value]))
  const { values, none } = chosenOf(q, field)
  const rest = clauses.filter((clause) => own(clause, field) === undefined)
  if (value === null) return (none ? rest : [...rest, clauseOf(field, [])]).join(' ')
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value]
  return (next.length === 0 ? rest : [...rest, clauseOf(field, next)]).join(' ')
}

const clauseOf = (field: string, values: readonly string[]): string => {
  const [first] = values
  if (first === undefined) return `-${field}:*`
  return values.length === 1 ? `${field}:${quote(first)}` : `${field}:(${values.map(quote).join(' OR ')})`
}
