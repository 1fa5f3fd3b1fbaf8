import { type Draft, finish } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { addLeadingLevel } from '../../fields/leading-level.ts'
import type { Parser } from '../../parser.ts'
import { readIso } from '../../time/timestamp.ts'

/** Parses lines of Kubernetes container runtimes: `2025-06-10T07:00:00.123456789Z stderr F message`. */
export const criParser: Parser = {
  name: 'cri',
  parse(record) {
    const { text } = record
    if (text.charCodeAt(10) !== 84) return undefined
    const blank = text.indexOf(' ')
    if (blank < 19 || blank > 40 || !text.startsWith('std', blank + 1)) return undefined
    const stream = text.startsWith('stdout ', blank + 1)
      ? 'stdout'
      : text.startsWith('stderr ', blank + 1)
        ? 'stderr'
        : ''
    const tag = text.charCodeAt(blank + 8)
    if (stream === '' || (tag !== 70 && tag !== 80)) return undefined
    const end = text.indexOf(' ', blank + 8)
    const tags = text.slice(blank + 8, end < 0 ? text.length : end)
    if (tags.length > 1 && tags.charCodeAt(1) !== 58) return undefined
    const stamp = readIso(text, 0, record)
    if (stamp?.end !== blank) return undefined
    const fields: Draft = { 'log.iostream': stream }
    if (tag === 80) fields['log.partial'] = true
    const message = end < 0 ? '' : text.slice(end + 1)
    addLeadingLevel(message, fields)
    readEntities(message, '', fields)
    return finish('cri', stamp, message, fields)
  },
}
