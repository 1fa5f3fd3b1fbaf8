import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, longestValue } from '../../draft.ts'
import { setAddress } from '../../fields/address.ts'
import { setStatus } from '../../fields/http-status.ts'
import { unquote } from '../../fields/key-values.ts'
import { readRequest } from '../../fields/request-target.ts'
import type { Parsed } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'

const shape =
  /^\S{27} ([A-Za-z\d-]{1,32}) ([\da-fA-F.:[\]]{2,50}:\d{1,5}) (-|[\da-fA-F.:[\]]{2,50}:\d{1,5}) (-1|\d{1,6}\.\d{1,9}) (-1|\d{1,6}\.\d{1,9}) (-1|\d{1,6}\.\d{1,9}) (\d{3}|-) (\d{1,3}|-) (\d{1,15}) (\d{1,15}) (?=")/

/**
 * Parses an access log of AWS classic load balancers: time, balancer, client, backend, three durations, two statuses, bytes received and
 * sent, request, user agent, cipher and version of TLS. Lines of TCP listeners have no request.
 */
export const readClassicElb = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  // Times have microseconds.
  if (text.charCodeAt(26) !== 90 || text.charCodeAt(27) !== 32 || text.charCodeAt(10) !== 84) return undefined
  const found = shape.exec(text.slice(0, 400))
  const stamp = found && readTimestamp(text, 0, record)
  if (!stamp) return undefined
  const [head, balancer = '', client = '', backend = ''] = found
  const [status = '', backendStatus = '', received, sent] = found.slice(7)
  // Request and user agent may have quotes themselves, and nothing after them has.
  const next = text.indexOf('" "', head.length + 1)
  const last = text.lastIndexOf('"')
  const end = next < 0 ? last : next
  if (end <= head.length) return undefined
  const fields: Draft = { 'cloud.provider': 'aws', 'aws.load_balancer': balancer }
  if (!setEnd(fields, 'source', client) || (backend !== '-' && !setEnd(fields, 'destination', backend)))
    return undefined
  const request = unquote(text, head.length + 1, end).trim()
  const isRequest = !request.startsWith('- ')
  fields['event.category'] = isRequest ? 'web' : 'network'
  if (isRequest) readRequest(request, fields)
  setStatus(fields, status)
  // A balancer that reached no backend writes 0, and -1 for the durations.
  if (backendStatus !== '-' && backendStatus !== '0') fields['aws.target_status'] = backendStatus
  fields['http.request.body.bytes'] = Number(received)
  fields['http.response.body.bytes'] = Number(sent)
  const times = found.slice(4, 7).map(Number)
  // ECS uses nanoseconds.
  if (times.every((seconds) => seconds >= 0))
    fields['event.duration'] = Math.round(times.reduce((sum, seconds) => sum + seconds) * 1e9)
  if (last > end + 2) {
    const agent = unquote(text, end + 3, last)
    if (agent !== '-' && agent !== '') fields['user_agent.original'] = agent.slice(0, longestValue)
    const [cipher = '-', tls = '-'] = text.slice(last + 2).split(' ', 2)
    if (cipher !== '-') fields['tls.cipher'] = cipher
    if (tls !== '-') fields['tls.version'] = tls
  }
  const said = isRequest ? `${request || '-'} ${status}` : `Connection from ${client} to ${backend}`
  return finish('access-log/elb', stamp, said, fields)
}

/** Sets an address before its port, also one of IPv6 without brackets. */
const setEnd = (fields: Draft, side: 'source' | 'destination', word: string): boolean => {
  const colon = word.lastIndexOf(':')
  const address = word.slice(0, colon)
  const bare = address.startsWith('[') ? address.slice(1, -1) : address
  if (!setAddress(fields, side, bare)) return false
  fields[`${side}.port`] = Number(word.slice(colon + 1))
  return true
}
