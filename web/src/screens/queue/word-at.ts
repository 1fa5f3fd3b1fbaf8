/** Where the word of a filter that begins at a position ends: a field's name, an operator, or a value up to the next space. */
export const wordAt = (filter: string, position: number): readonly [from: number, to: number] => {
  const word = /^(?:[\w@][\w.@-]*(?=[:<>])|[()"]|[^\s()]+)/.exec(filter.slice(position))?.[0] ?? ''
  return [position, position + word.length]
}
