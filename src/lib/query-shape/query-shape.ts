/** The shape of a GraphQL query, without its values. */
export interface QueryShape {
  readonly query_length: number
  /** How deep selections are nested. */
  readonly depth: number
  readonly fields: number
  readonly arguments: number
  /** How many variables it declares. */
  readonly variables: number
  readonly has_pagination: boolean
  readonly has_filtering: boolean
  readonly has_sorting: boolean
  /** 2 a field, 3 a level, 1.5 an argument. */
  readonly complexity: number
}

const pagination = new Set(['first', 'last', 'limit', 'offset', 'page', 'pageSize'])
const filtering = new Set(['filter', 'where', 'search', 'query', 'conditions'])
const sorting = new Set(['order_by', 'orderBy', 'sort', 'sortBy', 'order'])

const token =
  /"""[\s\S]*?(?:"""|$)|"(?:[^"\\\n]|\\.)*"?|#[^\n]*|\.\.\.|\$?[A-Za-z_]\w*|[{}()[\]:@=]|-?\d[\w.]*|\s+|[\s\S]/g

/**
 * Measures a query by its tokens alone: nothing is checked, so that any text has a shape, broken and hostile ones too. Linear in the
 * text.
 */
export const queryShape = (query: string): QueryShape => {
  const tokens = (query.match(token) ?? []).filter((text) => !/^[\s,#"]/.test(text))
  const names = new Set<string>()
  let [depth, deepest, brackets, fields, args, variables] = [0, 0, 0, 0, 0, 0]
  /** Braces within arguments are values, not selections. */
  let values = 0
  tokens.forEach((text, i) => {
    const before = tokens[i - 1]
    const after = tokens[i + 1]
    if (text === '(') brackets += 1
    else if (text === ')') brackets = Math.max(0, brackets - 1)
    else if (text === '{') {
      if (brackets > 0) values += 1
      else deepest = Math.max(deepest, ++depth)
    } else if (text === '}') {
      if (brackets > 0) values = Math.max(0, values - 1)
      else depth = Math.max(0, depth - 1)
    } else if (text.startsWith('$')) {
      if (brackets > 0 && after === ':') variables += 1
    } else if (/^[A-Za-z_]/.test(text)) {
      if (brackets > 0) {
        if (after === ':' && values === 0) args += 1
        if (after === ':') names.add(text)
      } else if (
        depth > 0 &&
        after !== ':' &&
        before !== '...' &&
        before !== '@' &&
        !(before === 'on' && tokens[i - 2] === '...')
      ) {
        fields += 1
      }
    }
  })
  const has = (known: ReadonlySet<string>) => [...names].some((name) => known.has(name))
  return {
    query_length: query.length,
    depth: deepest,
    fields,
    arguments: args,
    variables,
    has_pagination: has(pagination),
    has_filtering: has(filtering),
    has_sorting: has(sorting),
    complexity: 2 * fields + 3 * deepest + 1.5 * args,
  }
}
