const slots = 4096
const longestWord = 64
/** V8 copies parts of strings that are shorter; longer ones keep the whole string alive. */
const copiedAnyway = 13

interface Known {
  readonly word: string
  readonly answer: string
}

/**
 * Makes a reader of words that come again and again, such as the names of hosts. What `read` said of a word is remembered from its second
 * time on, so that it is not asked again and all events share one string, which later stages look up and compare much quicker. What is
 * refused (undefined) is not remembered; of words that share a slot, the last one is.
 */
export const rememberWords = <Refusal extends undefined = never>(read: (word: string) => string | Refusal) => {
  const known: (Known | undefined)[] = Array.from({ length: slots }, () => undefined)
  const seen = new Int32Array(slots)
  /** Reads the word between two places of a text. */
  return (text: string, start = 0, end = text.length): string | Refusal => {
    const length = end - start
    if (length > longestWord) return read(text.slice(start, end))
    let hash = length
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
    const slot = (hash ^ (hash >>> 12)) & (slots - 1)
    const before = known[slot]
    if (before !== undefined && before.word.length === length && text.startsWith(before.word, start)) {
      return before.answer
    }
    const word = text.slice(start, end)
    const answer = read(word)
    if (answer === undefined) return answer
    if (seen[slot] !== hash) {
      seen[slot] = hash
      return answer
    }
    const copy = copyOf(answer)
    known[slot] = { word: answer === word ? copy : copyOf(word), answer: copy }
    return copy
  }
}

/** Lets events share the words that name users, addresses and programs. */
export const shareWord = rememberWords<never>((word) => word)

const copyOf = (text: string): string =>
  text.length < copiedAnyway ? text : Buffer.from(text, 'utf16le').toString('utf16le')
