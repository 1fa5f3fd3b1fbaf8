import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish } from '../../draft.ts'
import { setUser } from '../../entities/phrase.ts'
import { setAddress } from '../../fields/address.ts'
import { setStatus } from '../../fields/http-status.ts'
import { readTarget } from '../../fields/request-target.ts'
import type { Parsed } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

const shape =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\S{3,64}) ([A-Z]{3,20}) (\S{1,16384}) (\S{1,16384}) (\d{1,5}) (\S{1,256}) (\S{3,64}) (\S{1,4096}) (\S{1,8192}) (\d{3}) (\d{1,5}) (\d{1,10}) (\d{1,12})(?: |$)/

/**
 * Parses a line of IIS with its default fields: date, time, s-ip, cs-method, cs-uri-stem, cs-uri-query, s-port, cs-username, c-ip,
 * cs(User-Agent), cs(Referer), sc-status, sc-substatus, sc-win32-status, time-taken. Times are in UTC.
 */
export const readIis = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(10) !== 32) return undefined
  const found = shape.exec(text)
  if (!found) return readFtp(record)
  const [
    ,
    server = '',
    method = '',
    stem = '',
    query = '',
    port,
    user = '',
    client = '',
    agent = '',
    referrer = '',
    status,
  ] = found
  const fields: Draft = { 'event.category': 'web', 'http.request.method': method }
  if (!setAddress(fields, 'source', client) || !setAddress(fields, 'destination', server)) return undefined
  const target = query === '-' ? stem : `${stem}?${query}`
  readTarget(method, target, fields)
  fields['destination.port'] = Number(port)
  if (user !== '-') fields['user.name'] = user
  // IIS writes spaces as plus signs.
  if (agent !== '-') fields['user_agent.original'] = agent.replaceAll('+', ' ')
  if (referrer !== '-') fields['http.request.referrer'] = referrer
  setStatus(fields, status)
  fields['iis.substatus'] = Number(found[11])
  fields['iis.win32_status'] = Number(found[12])
  // ECS uses nanoseconds.
  fields['event.duration'] = Number(found[13]) * 1e6
  const stamp = readTimestamp(text, 0, { ...record, zoneMinutes: 0 })
  return finish(
    'access-log/iis',
    stamp && { time: stamp.time, guessed: false },
    `${method} ${target} ${status}`,
    fields,
  )
}

const ftpShape =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\S{3,64}) (\S{1,256}) (\S{3,64}) (\d{1,5}) ([A-Z]{3,4}|ControlChannelOpened|ControlChannelClosed|DataChannelOpened|DataChannelClosed) (\S{1,8192}) (\d{1,3}) (\d{1,10}) (\d{1,10}) ([\da-f-]{8,64}) \S{1,8192}$/

/**
 * Parses a line of the FTP server of IIS with its default fields: date, time, c-ip, cs-username, s-ip, s-port, cs-method, cs-uri-stem,
 * sc-status, sc-win32-status, sc-substatus, x-session, x-fullpath.
 */
const readFtp = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  const found = ftpShape.exec(text)
  if (!found) return undefined
  const [, client = '', user = '', server = '', port, method = '', argument = '', status = ''] = found
  const fields: Draft = { 'network.protocol': 'ftp' }
  if (!setAddress(fields, 'source', client) || !setAddress(fields, 'destination', server)) return undefined
  fields['destination.port'] = Number(port)
  if (user !== '-') setUser(fields, user)
  fields['iis.win32_status'] = Number(found[8])
  fields['iis.session'] = found[10] ?? ''
  if (method === 'PASS' && (status === '230' || status === '530')) {
    fields['event.category'] = 'authentication'
    fields['event.action'] = 'login'
    fields['event.outcome'] = status === '230' ? 'success' : 'failure'
  }
  const stamp = readTimestamp(text, 0, { ...record, zoneMinutes: 0 })
  return finish(
    'access-log/iis-ftp',
    stamp && { time: stamp.time, guessed: false },
    `${method} ${argument} ${status}`,
    fields,
  )
}
