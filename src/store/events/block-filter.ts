import { type AsciiTexts, buildTokenFilter, mayContain } from './token-filter.ts'
import { buildValueFilter, mayContainValues } from './value-filter.ts'

/** The size of the smallest filter. */
const leastBytes = 8

/**
 * Builds the filter of a block: the token filter, the value filter, and a byte with the binary logarithm of the latter's size. Its size is
 * not divisible by two. Blocks of earlier versions have the token filter alone, whose size is a power of two and at least eight.
 */
export const buildBlockFilter = (texts: readonly string[], ascii?: AsciiTexts): Uint8Array => {
  const tokens = buildTokenFilter(texts, ascii)
  const values = buildValueFilter(texts, ascii)
  const filter = new Uint8Array(tokens.length + values.length + 1)
  filter.set(tokens)
  filter.set(values, tokens.length)
  filter[filter.length - 1] = Math.log2(values.length)
  return filter
}

/** Whether a block may contain all these lower-case words, each in one of its texts; false is certain, true is not. */
export const blockMayContain = (filter: Uint8Array, words: readonly string[]): boolean => {
  if (filter.length % 2 === 0) return mayContain(filter, words)
  const end = filter.length - 1
  const start = end - 2 ** (filter[end] ?? 0)
  if (start < leastBytes || end - start < leastBytes) return true
  return mayContainValues(filter.subarray(start, end), words) && mayContain(filter.subarray(0, start), words)
}
