import type { RawRecord } from '../../../schema/record.ts'
import { readCef } from '../cef.ts'
import { type Draft, refuse } from '../draft.ts'
import type { Parsed, Parser } from '../parser.ts'
import { toTime } from '../timestamp.ts'
import { isFinding, toLineParser } from './device-alert.ts'
import { toAlertEvent } from './foreign-alert.ts'
import { set, setHashes, setSide, setUrl, text } from './pick.ts'
import { guessType, toSeverity } from './words.ts'

/** Reads alerts in ArcSight's format: a line, or an object that carries one. */
export const cefAlertParser: Parser = toLineParser('cef', 'CEF:', (line, record, said) => fromLine(line, record, said))

const fromLine = (line: string, record: RawRecord, said: boolean): Parsed | undefined => {
  const fields: Draft = {}
  const body = readCef(line, fields, record)
  if (!body) return said ? refuse('alert/cef', 'The CEF header has fewer than seven parts.', record.text) : undefined
  if (!said && !isFinding(fields, text(fields, 'event.type'))) return undefined

  const [vendor, product] = [text(fields, 'observer.vendor') ?? '', text(fields, 'observer.product') ?? '']
  const rule = text(fields, 'event.code')
  const title = text(fields, 'rule.name') ?? text(fields, 'cef.msg') ?? `Alert of ${product || 'a device'}`
  const event = text(fields, 'event.id')
  const source = text(fields, 'user.name')
  const user = text(fields, 'destination.user.name') ?? source
  const host = text(fields, 'destination.domain')
  if (user !== undefined) fields['user.name'] = user
  if (source !== undefined && source !== user) set(fields, 'source.user.name', source)
  if (host !== undefined) fields['host.name'] = host
  setSide(fields, 'source', text(fields, 'cef.srcAddress'), text(fields, 'cef.srcPort'))
  setSide(fields, 'destination', text(fields, 'cef.dstAddress'), text(fields, 'cef.dstPort', 'cef.destPort'))
  const hash = text(fields, 'file.hash.sha256')
  delete fields['file.hash.sha256']
  setHashes(fields, hash, text(fields, 'cef.fileHashValue'))
  setUrl(fields, text(fields, 'url.original'))
  set(fields, 'rule.id', rule)
  const name = ['CEF', vendor, product, rule].join('-').replaceAll(' ', '-')
  return toAlertEvent(
    'cef',
    {
      provider: 'cef',
      // The same signature tells of many things: only a device's own id of the event makes it one of them.
      id: rule === undefined ? event : event === undefined ? name : `${name}-${event}`,
      key: event,
      ref: rule === undefined ? undefined : `${vendor}/${product}/${rule}`,
      type: guessType(title, product, text(fields, 'event.type')),
      severity: toSeverity(text(fields, 'event.severity')) ?? wordSeverity(text(fields, 'event.severity')),
      title,
      description: text(fields, 'cef.msg') ?? title,
      start: body.stamp ?? toTime(fields['cef.deviceEventTime'] ?? fields['cef.event_time'], record),
      asset: host,
      fields,
    },
    record,
    {},
  )
}

/** CEF also knows Unknown, Low, Medium, High and Very-High. */
const wordSeverity = (word: string | undefined) => (word?.toLowerCase() === 'very-high' ? 'critical' : 'medium')
