import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, longestValue, refuseRecord, setIfAbsent } from '../../draft.ts'
import { setAddress, toPort } from '../../fields/address.ts'
import { addOthers } from '../../fields/aliases.ts'
import { createDraft } from '../../fields/create-draft.ts'
import { toOutcome } from '../../fields/outcome.ts'
import { setTransport } from '../../fields/transport.ts'
import type { Parser } from '../../parser.ts'
import { type Stamp, toStamp } from '../../time/timestamp.ts'
import type { ForeignBody } from './cef.ts'

/** Parses IBM's Log Event Extended Format, 1.0 and 2.0. */
export const leefParser: Parser = {
  name: 'leef',
  parse(record) {
    if (!record.text.startsWith('LEEF:')) return undefined
    const fields = createDraft(usualFields)
    const body = readLeef(record.text, fields, record)
    return body
      ? finish('leef', body.stamp, body.message, fields)
      : refuseRecord('leef', 'The LEEF header has fewer than five parts.', record.text)
  },
}

/** The header, and a dozen attributes of which some become several fields. */
const usualFields = 20

const names: Readonly<Record<string, string>> = {
  action: 'event.action',
  domain: 'user.domain',
  dstmac: 'destination.mac',
  identhostname: 'host.name',
  policy: 'rule.name',
  reason: 'event.reason',
  resource: 'host.name',
  role: 'user.roles',
  srcmac: 'source.mac',
  url: 'url.original',
  usrname: 'user.name',
}

/** Parses `LEEF:2.0|vendor|product|version|event id|^|key=value^…`; undefined if the header is incomplete. */
export const readLeef = (text: string, fields: Draft, record: RawRecord): ForeignBody | undefined => {
  const version = text.slice(5, text.indexOf('|'))
  const header: string[] = []
  let at = text.indexOf('|') + 1
  for (let end = text.indexOf('|', at); end >= 0 && header.length < 4; end = text.indexOf('|', at)) {
    header.push(text.slice(at, end))
    at = end + 1
  }
  if (header.length < 4) return undefined
  let separator = '\t'
  if (version.startsWith('2')) {
    const end = text.indexOf('|', at)
    if (end >= 0 && end - at <= 6) {
      separator = toSeparator(text.slice(at, end))
      at = end + 1
    }
  }
  const [vendor = '', product = '', productVersion = '', code = ''] = header
  setIfAbsent(fields, 'observer.vendor', vendor)
  setIfAbsent(fields, 'observer.product', product)
  setIfAbsent(fields, 'observer.version', productVersion)
  setIfAbsent(fields, 'event.code', code)
  setIfAbsent(fields, 'service.name', product)
  let stamp: Stamp | undefined
  const others: (readonly [string, string])[] = []
  let count = 0
  for (let start = at; start < text.length && count < 300; count++) {
    const next = text.indexOf(separator, start)
    const end = next < 0 ? text.length : next
    const equals = text.indexOf('=', start)
    if (equals > start && equals < end) {
      const key = text.slice(start, equals).trim()
      const value = text.slice(equals + 1, Math.min(end, equals + 1 + longestValue)).trim()
      if (value !== '') stamp = put(fields, key, value, record, others) ?? stamp
    }
    start = end + separator.length
  }
  addOthers(fields, others, record)
  setIfAbsent(fields, 'event.action', code)
  const outcome = toOutcome(String(fields['event.action']))
  if (outcome) setIfAbsent(fields, 'event.outcome', outcome)
  return { message: text.slice(at), stamp }
}

const put = (
  fields: Draft,
  key: string,
  value: string,
  record: RawRecord,
  others: (readonly [string, string])[],
): Stamp | undefined => {
  const lower = key.toLowerCase()
  if (lower === 'devtime') return toStamp(value, record)
  if (lower === 'src' || lower === 'dst') setAddress(fields, lower === 'src' ? 'source' : 'destination', value)
  else if (lower === 'srcport' || lower === 'dstport') {
    const port = toPort(value)
    if (port !== undefined) setIfAbsent(fields, lower === 'srcport' ? 'source.port' : 'destination.port', port)
  } else if (lower === 'proto') setTransport(fields, value)
  else if (lower === 'sev') setIfAbsent(fields, 'event.severity', Number(value) || 0)
  else {
    const ours = names[lower]
    if (ours === undefined) others.push([key, value])
    setIfAbsent(fields, ours ?? `leef.${key.slice(0, 128)}`, value)
  }
  return undefined
}

/** Parses the separator of LEEF 2.0: a character, or its code as `x09` or `0x5E`. */
const toSeparator = (text: string): string => {
  const hex = /^0?x([0-9a-fA-F]{2,4})$/.exec(text)
  if (hex) return String.fromCharCode(Number.parseInt(hex[1] ?? '', 16))
  return text === '' ? '\t' : text.charAt(0)
}
