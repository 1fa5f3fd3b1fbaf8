import { finish } from '../../draft.ts'
import type { Parsed, Parser } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

const directive = /^#(?:Software|Version|Date|Start-Date|End-Date|Fields|Remark|Time Format|Log-type): /

/** Parses the directives at the beginning of W3C's extended log format: `#Software: …`, `#Fields: …`, as IIS, CloudFront and the firewall of
 * Windows write them. */
export const w3cHeaderParser: Parser = {
  name: 'w3c-header',
  parse(record) {
    const found = directive.exec(record.text.slice(0, 16))
    if (!found) return undefined
    // Its times are in UTC.
    const stamp = readTimestamp(record.text, found[0].length, { ...record, zoneMinutes: 0 })
    return finish('w3c-header', stamp && { time: stamp.time, guessed: false }, record.text, {})
  },
}

/** Whether a record describes a log instead of being one of its lines, and so needs no time. */
export const isHeader = ({ format }: Parsed): boolean => format === 'w3c-header'
