import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, longestValue } from '../../draft.ts'
import { isForwardedFor, setAddress, toPort } from '../../fields/address.ts'
import { setStatus } from '../../fields/http-status.ts'
import { readTarget } from '../../fields/request-target.ts'
import type { Parsed } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

/** The first columns of a line, which all versions share: date, time, edge location, bytes, client, method, host, path and status. */
const shape =
  /^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3}[A-Z\d-]{1,20}\t(?:\d{1,15}|-)\t[\da-fA-F.:]{2,45}\t[A-Z]{3,20}\t\S{1,300}\t\S{1,16384}\t(?:\d{3}|-)\t/

/**
 * Parses a standard log of CloudFront. Its columns never change their order, so none of its header lines is needed: later versions only
 * append some. Times are in UTC.
 */
export const readCloudFront = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  if (text.charCodeAt(10) !== 9 || text.charCodeAt(4) !== 45 || !shape.test(text)) return undefined
  const cells = text.split('\t', 40).map((cell) => (cell === '-' ? '' : cell))
  const [, , edge = '', bytes = '', client = '', method = '', host = '', stem = '', status = ''] = cells
  const [referrer = '', agent = '', query = '', , result = '', id = '', domain = '', scheme = ''] = cells.slice(9)
  const [sent = '', took = '', forwarded = '', tls = '', cipher = '', , version = '', , , port = ''] = cells.slice(17)
  const fields: Draft = {
    'event.category': 'web',
    'cloud.provider': 'aws',
    'aws.cloudfront.edge_location': edge,
    'http.request.method': method,
  }
  if (!setAddress(fields, 'source', client)) return undefined
  const target = query === '' ? stem : `${stem}?${query}`
  readTarget(method, target, fields)
  fields['url.domain'] = domain || host
  setStatus(fields, status)
  const found: readonly (readonly [name: string, value: string | number | undefined])[] = [
    ['event.action', result],
    ['http.request.id', id],
    ['http.request.referrer', decoded(referrer)],
    ['http.request.bytes', toNumber(sent)],
    ['http.response.body.bytes', toNumber(bytes)],
    ['http.version', version.replace(/^HTTP\//, '')],
    ['network.forwarded_ip', isForwardedFor(decoded(forwarded)) ? decoded(forwarded) : ''],
    ['source.port', toPort(port)],
    ['tls.cipher', cipher],
    ['tls.version', tls],
    ['url.scheme', scheme],
    ['user_agent.original', decoded(agent)],
  ]
  for (const [name, value] of found) if (value !== undefined && value !== '') fields[name] = value
  // ECS uses nanoseconds.
  const seconds = toNumber(took)
  if (seconds !== undefined) fields['event.duration'] = Math.round(seconds * 1e9)
  const stamp = readTimestamp(text, 0, { ...record, zoneMinutes: 0 })
  return finish(
    'access-log/cloudfront',
    stamp && { time: stamp.time, guessed: false },
    `${method} ${target} ${status || '-'}`,
    fields,
  )
}

const toNumber = (text: string): number | undefined =>
  /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined

/** CloudFront encodes spaces and others, and in older logs the percent signs of that again. */
const decoded = (text: string): string => {
  if (!text.includes('%')) return text.slice(0, longestValue)
  try {
    return decodeURIComponent(text.replaceAll('%25', '%')).slice(0, longestValue)
  } catch {
    return text.slice(0, longestValue)
  }
}
