import { toEntry } from '../entry.ts'
import type { ReadList } from '../provider.ts'

/**
 * Reads a list with one value a line: addresses, ranges, names, links, hashes, disarmed or not. What follows `#` or `;`, or a second
 * word, is a remark; lines as of a hosts file (`0.0.0.0 evil.example`) name the host.
 */
export const readList: ReadList = function* (text, options, now) {
  for (const line of linesOf(text)) {
    const plain = line.replace(/(^|\s)[#;].*$/, '').trim()
    if (plain === '' || plain.startsWith('//') || plain.startsWith('!')) continue
    const [first = '', second] = plain.split(/[\s,]+/)
    const value = second !== undefined && /^(0\.0\.0\.0|127\.0\.0\.1|::1?)$/.test(first) ? second : first
    yield toEntry(value.replace(/^\|\||\^$/g, ''), undefined, {}, options, now)
  }
}

/** The lines of a text, one after the other, so that a large list is not held twice. */
export function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    yield text.slice(start, end).replace(/\r$/, '')
    start = end + 1
  }
}
