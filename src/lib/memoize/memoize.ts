/** The number of cached results in each of two generations. */
const generation = 4096
/** By default, results for longer texts are not cached. */
const usualLength = 256

/**
 * Caches the results of recent calls, up to 8,192. Two alternating maps approximate an LRU cache at a lower cost.
 */
export const memoize = <Result>(
  find: (text: string) => Result | undefined,
  maxLength = usualLength,
): ((text: string) => Result | undefined) => {
  let young = new Map<string, Result | undefined>()
  let old = new Map<string, Result | undefined>()
  return (text) => {
    const cached = young.get(text)
    if (cached !== undefined || young.has(text)) return cached
    const result = old.has(text) ? old.get(text) : find(text)
    if (text.length > maxLength) return result
    if (young.size >= generation) {
      old = young
      young = new Map()
    }
    young.set(text, result)
    return result
  }
}
