/** How many answers are remembered, in each of two generations. */
const generation = 4096
/** No name or address worth remembering is longer. */
const longest = 256

/**
 * Remembers the answers to texts that were asked lately. Two maps that take turns are nearly as good as a list of the least recently
 * used, and cheaper; 8,192 answers at most.
 */
export const remember = <Answer>(ask: (text: string) => Answer | undefined): ((text: string) => Answer | undefined) => {
  let young = new Map<string, Answer | undefined>()
  let old = new Map<string, Answer | undefined>()
  return (text) => {
    const known = young.get(text)
    if (known !== undefined || young.has(text)) return known
    const answer = old.has(text) ? old.get(text) : ask(text)
    if (text.length > longest) return answer
    if (young.size >= generation) {
      old = young
      young = new Map()
    }
    young.set(text, answer)
    return answer
  }
}
