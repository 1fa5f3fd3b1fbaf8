import { toFeedEntry } from '../entry.ts'
import type { ReadList } from '../provider.ts'

/**
 * Parses a list with one value per line: addresses, ranges, domains, URLs or hashes, defanged or not. Comments start with `#` or `;`, and
 * all words but the first are ignored. In lines of a hosts file (`0.0.0.0 evil.example`), the value is the host.
 */
export const readList: ReadList = function* (text, options, now) {
  for (const line of eachLine(text)) {
    const plain = line.replace(/(^|\s)[#;].*$/, '').trim()
    if (plain === '' || plain.startsWith('//') || plain.startsWith('!')) continue
    const [first = '', second] = plain.split(/[\s,]+/)
    const value = second !== undefined && /^(0\.0\.0\.0|127\.0\.0\.1|::1?)$/.test(first) ? second : first
    yield toFeedEntry(value.replace(/^\|\||\^$/g, ''), undefined, {}, options, now)
  }
}

/** Yields the lines of a text one by one, so that a large list is not in memory twice. */
export function* eachLine(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    yield text.slice(start, end).replace(/\r$/, '')
    start = end + 1
  }
}
