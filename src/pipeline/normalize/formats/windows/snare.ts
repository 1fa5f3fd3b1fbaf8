import { isIPv4 } from '../../../../lib/address/address.ts'
import { finish, setIfAbsent } from '../../draft.ts'
import type { Parser } from '../../parser.ts'
import { parseObject } from '../json/json.ts'

const mark = 'MSWinEventLog'

/** The columns behind the mark. The last one is the text. */
const columns = [
  '',
  'Channel',
  '',
  'TimeCreated',
  'EventID',
  'ProviderName',
  '',
  '',
  '',
  'Computer',
  'Category',
] as const
const [typeColumn, textColumn] = [8, 12]

/**
 * Parses the format of Snare for Windows, which NXLog and others write too: `MSWinEventLog` and columns, also behind the name of a host, and
 * with the tabs as `#011`, as rsyslog escapes them. The text has spaces for its line breaks and tabs.
 */
export const snareParser: Parser = {
  name: 'snare',
  parse(record) {
    const { text } = record
    const at = text.slice(0, 300).indexOf(mark)
    if (at < 0 || !isHostBefore(text, at)) return undefined
    const separator = text.startsWith('#011', at + mark.length) ? '#011' : '\t'
    const cells = text.slice(at + mark.length + separator.length).split(separator)
    const [eventId = '', message] = [cells[4], cells[textColumn]]
    if (!text.startsWith(separator, at + mark.length) || !/^\d{1,6}$/.test(eventId) || message === undefined)
      return undefined
    const entries = columns.flatMap((name, index) => {
      const cell = cells[index]?.trim() ?? ''
      return name === '' || cell === '' || cell === 'N/A' || cell === 'None' ? [] : [[name, cell] as const]
    })
    const type = cells[typeColumn] ?? ''
    const audited = audits[type]
    const parsed = parseObject(
      {
        ...Object.fromEntries(entries),
        ...(audited ? { EventType: audited } : { LevelDisplayName: type }),
        Message: withBreaks(message.trim()),
      },
      record,
    )
    const fields = { ...parsed.fields }
    const host = at > 0 ? text.slice(0, at - 1) : ''
    if (host !== '' && !isIPv4(host)) setIfAbsent(fields, 'host.name', host)
    return finish(
      'snare',
      parsed.time === undefined ? undefined : { time: parsed.time, guessed: parsed.timeGuessed },
      parsed.message,
      fields,
    )
  },
}

const audits: Readonly<Record<string, string>> = {
  'Failure Audit': 'AUDIT_FAILURE',
  'Audit Failure': 'AUDIT_FAILURE',
  'Success Audit': 'AUDIT_SUCCESS',
  'Audit Success': 'AUDIT_SUCCESS',
}

/** Whether nothing or one word is before the mark. */
const isHostBefore = (text: string, at: number): boolean => at === 0 || /^[\w.:-]{1,255}[ \t]$/.test(text.slice(0, at))

/** Two line breaks are four spaces, and a line break before a tab three. */
const withBreaks = (text: string): string =>
  text.replaceAll(/ {3,}/g, (blanks) => (blanks.length === 3 ? '\n\t' : '\n'))
