import type { AsciiTexts } from './text-collector.ts'
import { buildTokenFilter, mayContain } from './token-filter.ts'
import { buildValueFilter, mayContainValues } from './value-filter.ts'

/** The size of the smallest filter. */
const leastBytes = 8
/** The longest run of characters of either filter. */
export const longestRun = 6

/**
 * Builds the filter of a block: the token filter, the value filter, and a byte with the binary logarithm of the latter's size. Its size is
 * not divisible by two. Blocks of earlier versions have the token filter alone, whose size is a power of two and at least eight.
 */
export const buildBlockFilter = (texts: readonly string[], ascii: readonly AsciiTexts[] = []): Uint8Array => {
  const { groups, others } = groupAscii(texts)
  groups.push(...ascii)
  const tokens = buildTokenFilter(others, groups)
  const values = buildValueFilter(others, groups)
  const filter = new Uint8Array(tokens.length + values.length + 1)
  filter.set(tokens)
  filter.set(values, tokens.length)
  filter[filter.length - 1] = Math.log2(values.length)
  return filter
}

/** So many characters become bytes together: a text that is not ASCII slows down only its group. */
const groupSize = 1 << 15

/** Encodes texts as bytes once for both filters, in groups that are all ASCII. */
const groupAscii = (texts: readonly string[]): { readonly groups: AsciiTexts[]; readonly others: string[] } => {
  const groups: AsciiTexts[] = []
  const others: string[] = []
  let group: string[] = []
  let size = 0
  const close = (): void => {
    const bytes = Buffer.from(group.join(''))
    if (bytes.length === size) groups.push({ lengths: group.map(({ length }) => length), bytes })
    else for (const text of group) others.push(text)
    group = []
    size = 0
  }
  for (const text of texts) {
    if (size > 0 && size + text.length > groupSize) close()
    group.push(text)
    size += text.length
  }
  close()
  return { groups, others }
}

/** Whether a block may contain all these lower-case words, each in one of its texts; false is certain, true is not. */
export const blockMayContain = (filter: Uint8Array, words: readonly string[]): boolean => {
  if (filter.length % 2 === 0) return mayContain(filter, words)
  const end = filter.length - 1
  const start = end - 2 ** (filter[end] ?? 0)
  if (start < leastBytes || end - start < leastBytes) return true
  return mayContainValues(filter.subarray(start, end), words) && mayContain(filter.subarray(0, start), words)
}
