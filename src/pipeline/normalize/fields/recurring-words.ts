import { ownCopy } from '../../../lib/own-copy/own-copy.ts'

const slots = 4096
const longestWord = 64

interface Known<Answer> {
  readonly hash: number
  readonly word: string
  readonly answer: Answer
}

/**
 * Creates a cached reader of recurring words, such as host names. After its second occurrence, `read` is not called again for a word, and all
 * events share the answer: later stages compare shared strings much faster. Rejected words (undefined) are not cached. Of words that share
 * a slot, the last one is.
 */
export const cacheWords = <Answer>(read: (word: string) => Answer) => {
  const known: (Known<Answer> | undefined)[] = Array.from({ length: slots }, () => undefined)
  const seen = new Int32Array(slots)
  /** Reads a part of a text as a word. */
  return (text: string, start = 0, end = text.length): Answer => {
    const length = end - start
    if (length > longestWord) return read(text.slice(start, end))
    let hash = length
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
    const slot = (hash ^ (hash >>> 12)) & (slots - 1)
    const before = known[slot]
    if (before !== undefined && before.hash === hash && before.word.length === length) {
      // Two texts are compared sooner than a text with a part of another one.
      if (length === text.length ? before.word === text : text.startsWith(before.word, start)) return before.answer
    }
    const recurs = seen[slot] === hash
    const word = recurs ? ownCopy(text.slice(start, end)) : text.slice(start, end)
    const answer = read(word)
    if (answer === undefined) return answer
    if (recurs) known[slot] = { hash, word, answer }
    else seen[slot] = hash
    return answer
  }
}

/** Lets events share strings for users, addresses and programs. */
export const shareWord = cacheWords((word) => word)
