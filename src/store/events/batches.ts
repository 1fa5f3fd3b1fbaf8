/** Cuts a list so that each part fits into one statement, given how many values an item takes. */
export const batches = <Item>(items: readonly Item[], variables: number, perItem = 1): readonly (readonly Item[])[] => {
  const size = Math.max(1, Math.min(500, Math.floor(variables / perItem)))
  const parts: (readonly Item[])[] = []
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size))
  return parts
}
