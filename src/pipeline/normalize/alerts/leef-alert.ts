import type { RawRecord } from '../../../schema/record/record.ts'
import { type Draft, refuseRecord } from '../draft.ts'
import { readLeef } from '../formats/siem/leef.ts'
import type { Parsed, Parser } from '../parser.ts'
import { guessType, toSeverity } from './classify.ts'
import { isFinding, toLineParser } from './device-alert.ts'
import { toAlertEvent } from './foreign-alert.ts'
import { set, setHashes, setUrl, text } from './pick.ts'

/** Parses LEEF alerts: a line, or an object that contains one. */
export const leefAlertParser: Parser = toLineParser('leef', 'LEEF:', (line, record, isDeclared) =>
  fromLine(line, record, isDeclared),
)

const fromLine = (line: string, record: RawRecord, isDeclared: boolean): Parsed | undefined => {
  const fields: Draft = {}
  const body = readLeef(line, fields, record)
  if (!body)
    return isDeclared
      ? refuseRecord('alert/leef', 'The LEEF header has fewer than five parts.', record.text)
      : undefined
  const category = text(fields, 'leef.cat')
  if (!isDeclared && !isFinding(fields, category)) return undefined

  const [vendor, product] = [text(fields, 'observer.vendor') ?? '', text(fields, 'observer.product') ?? '']
  const code = text(fields, 'event.code')
  const title = text(fields, 'leef.name', 'leef.eventName', 'rule.name', 'leef.msg') ?? category ?? code ?? 'LEEF alert'
  const event = text(fields, 'leef.externalId', 'leef.eventId')
  set(fields, 'rule.id', code)
  set(fields, 'rule.name', title)
  set(fields, 'host.name', text(fields, 'leef.dstHostName', 'leef.hostName'))
  setHashes(fields, ...['fileHash', 'sha256', 'sha1', 'md5'].map((name) => text(fields, `leef.${name}`)))
  setUrl(fields, text(fields, 'url.original'))
  const name = ['LEEF', vendor, product, code].join('-').replaceAll(' ', '-')
  return toAlertEvent(
    'leef',
    {
      provider: 'leef',
      id: event === undefined ? name : `${name}-${event}`,
      key: event,
      ref: `${vendor}/${product}/${code ?? ''}`,
      type: guessType(title, category, product),
      severity: toSeverity(text(fields, 'event.severity', 'leef.severity')) ?? 'medium',
      title,
      description: text(fields, 'leef.msg') ?? title,
      start: body.stamp,
      asset: text(fields, 'host.name'),
      fields,
    },
    record,
    {},
  )
}
