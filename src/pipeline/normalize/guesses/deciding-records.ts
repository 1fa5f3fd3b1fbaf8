/** How many records of a source decide what is guessed of it. */
export const enoughRecords = 50
const mostSources = 1_000

/** Whether a source's next record still decides. Of more sources than can be remembered, nothing is guessed. */
export const isUndecided = (sources: ReadonlyMap<string, { readonly seen: number }>, source: string): boolean => {
  const known = sources.get(source)
  return known ? known.seen < enoughRecords : sources.size < mostSources
}
