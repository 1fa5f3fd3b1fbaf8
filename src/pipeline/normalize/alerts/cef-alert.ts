import type { RawRecord } from '../../../schema/record/record.ts'
import { type Draft, refuseRecord } from '../draft.ts'
import { readCef } from '../formats/siem/cef.ts'
import type { Parsed, Parser } from '../parser.ts'
import { toStamp } from '../time/timestamp.ts'
import { guessType, toSeverity } from './classify.ts'
import { isFinding, toLineParser } from './device-alert.ts'
import { toAlertEvent } from './foreign-alert.ts'
import { set, setHashes, setSide, setUrl, text } from './pick.ts'

/** Parses CEF alerts: a line, or an object that contains one. */
export const cefAlertParser: Parser = toLineParser('cef', 'CEF:', (line, record, isDeclared) =>
  fromLine(line, record, isDeclared),
)

const fromLine = (line: string, record: RawRecord, isDeclared: boolean): Parsed | undefined => {
  const fields: Draft = {}
  const body = readCef(line, fields, record)
  if (!body)
    return isDeclared ? refuseRecord('alert/cef', 'The CEF header has fewer than seven parts.', record.text) : undefined
  if (!isDeclared && !isFinding(fields, text(fields, 'event.type'))) return undefined

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
      // Different alerts may share a signature, so only the device's event id makes this one unique.
      id: rule === undefined ? event : event === undefined ? name : `${name}-${event}`,
      key: event,
      ref: rule === undefined ? undefined : `${vendor}/${product}/${rule}`,
      type: guessType(title, product, text(fields, 'event.type')),
      severity: toSeverity(text(fields, 'event.severity')) ?? wordSeverity(text(fields, 'event.severity')),
      title,
      description: text(fields, 'cef.msg') ?? title,
      start: body.stamp ?? toStamp(fields['cef.deviceEventTime'] ?? fields['cef.event_time'], record),
      asset: host,
      fields,
    },
    record,
    {},
  )
}

/** Maps severity words of CEF: Unknown, Low, Medium, High and Very-High. */
const wordSeverity = (word: string | undefined) => (word?.toLowerCase() === 'very-high' ? 'critical' : 'medium')
