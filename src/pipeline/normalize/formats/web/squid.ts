import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish } from '../../draft.ts'
import { setAddress } from '../../fields/address.ts'
import { setStatus } from '../../fields/http-status.ts'
import { readTarget } from '../../fields/request-target.ts'
import type { Parsed } from '../../parser.ts'

const shape =
  /^(\d{9,11})\.(\d{3}) +(-?\d{1,12}) (\S{1,256}) ([A-Z_]{3,40})\/(\d{3}) (\d{1,15}) ([A-Z]{3,20}) (\S{1,16384}) (\S{1,256}) ([A-Z_]{3,40})\/(\S{1,256}) (\S{1,256})/

/** Parses Squid's native format: `time elapsed client action/status bytes method url user hierarchy/server type`. */
export const readSquid = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  if (text.charCodeAt(10) !== 46 && text.charCodeAt(9) !== 46 && text.charCodeAt(11) !== 46) return undefined
  const found = shape.exec(text)
  if (!found) return undefined
  const [
    ,
    seconds,
    ms,
    elapsed,
    client = '',
    action = '',
    status,
    bytes,
    method = '',
    url = '',
    user = '',
    ,
    server = '',
    type = '',
  ] = found
  const fields: Draft = { 'event.category': 'web', 'event.action': action, 'http.request.method': method }
  setAddress(fields, 'source', client)
  readTarget(method, url, fields)
  setStatus(fields, status)
  fields['http.response.body.bytes'] = Number(bytes)
  // ECS uses nanoseconds.
  fields['event.duration'] = Number(elapsed) * 1e6
  if (user !== '-') fields['user.name'] = user
  if (server !== '-') setAddress(fields, 'destination', server)
  if (type !== '-') fields['http.response.mime_type'] = type
  const stamp = { time: Number(seconds) * 1000 + Number(ms), guessed: false }
  return finish('access-log/squid', stamp, `${method} ${url} ${status}`, fields)
}
