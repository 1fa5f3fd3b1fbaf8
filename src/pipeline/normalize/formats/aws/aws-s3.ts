import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, longestValue } from '../../draft.ts'
import { setAddress } from '../../fields/address.ts'
import { setStatus } from '../../fields/http-status.ts'
import { unquote } from '../../fields/key-values.ts'
import { readRequest } from '../../fields/request-target.ts'
import type { Parsed } from '../../parser.ts'
import { readTimestamp } from '../../time/timestamp.ts'
import { requestEnd } from '../web/request-end.ts'

/** The bucket's owner, whose id has 64 digits, and the bucket. */
const head = /^[0-9a-f]{64} ([\w.-]{1,255}) \[/
/** The client, the requester, the request's id, the operation and the key. */
const who = /^ (\S{1,64}) (\S{1,2048}) (\w{1,64}|-) ([A-Z][\w.]{2,79}) (\S{1,8192}) (?="|- )/
/** The status, the error, the bytes sent, the object's size, the time in ms and a part of it. */
const answer = /^ (\d{3}|-) (\w{1,80}|-) (\d{1,15}|-) (?:\d{1,15}|-) (\d{1,12}|-) (?:\d{1,12}|-) /

/** Whether a text begins as a line of S3 does. */
export const startsLikeS3 = (text: string): boolean => text.charCodeAt(64) === 32 && head.test(text.slice(0, 330))

/** Parses a server access log of AWS S3. */
export const readS3 = (record: RawRecord): Parsed | undefined => {
  const { text } = record
  const start = text.charCodeAt(64) === 32 ? head.exec(text.slice(0, 330)) : null
  const stamp = start && readTimestamp(text, start[0].length, record)
  if (!stamp || text.charCodeAt(stamp.end) !== 93) return undefined
  let at = stamp.end + 1
  const asked = who.exec(text.slice(at, at + 12_000))
  if (!asked) return undefined
  at += asked[0].length
  const end = text.charCodeAt(at) === 34 ? requestEnd(text, at) : at
  if (end < 0) return undefined
  const request = unquote(text, at + 1, end)
  at = end + 1
  const answered = answer.exec(text.slice(at, at + 160))
  if (!answered) return undefined
  const [, client = '', requester = '', id = '', operation = '', key = ''] = asked
  const [, status = '', error = '', bytes = '', took = ''] = answered
  const fields: Draft = {
    'event.category': 'web',
    'event.action': operation,
    'cloud.provider': 'aws',
    'aws.s3access.bucket': start[1] ?? '',
  }
  if (client !== '-' && !setAddress(fields, 'source', client)) return undefined
  if (requester !== '-') {
    fields['user.id'] = requester
    fields['user.name'] = requester.startsWith('arn:') ? requester.slice(requester.lastIndexOf('/') + 1) : requester
  }
  if (id !== '-') fields['http.request.id'] = id
  if (key !== '-') fields['aws.s3access.key'] = key
  readRequest(request, fields)
  setStatus(fields, status)
  if (error !== '-') fields['aws.s3access.error_code'] = error
  if (bytes !== '-') fields['http.response.body.bytes'] = Number(bytes)
  // ECS uses nanoseconds.
  if (took !== '-') fields['event.duration'] = Number(took) * 1e6
  readClient(text.slice(at + answered[0].length), fields)
  const said = request === '' || request === '-' ? `${operation} ${key}` : `${request} ${status}`
  return finish('access-log/s3', stamp, said, fields)
}

/** Parses the referrer, the user agent and what follows: S3 escapes no quotes in them, and nothing after them has any. */
const readClient = (rest: string, fields: Draft): void => {
  const found = /^(?:"(.*?)"|-) (?:"(.*)"|-)(?: |$)/s.exec(rest.slice(0, Math.max(rest.lastIndexOf('"') + 2, 4)))
  if (!found) return
  const [head, referrer = '', agent = ''] = found
  if (referrer !== '' && referrer !== '-') fields['http.request.referrer'] = plain(referrer)
  if (agent !== '' && agent !== '-') fields['user_agent.original'] = plain(agent)
  // The version, the host's id, the signature, the cipher, the kind of authentication, the host and the version of TLS.
  const [, , , cipher = '-', , domain = '-', tls = '-'] = rest.slice(head.length).split(' ', 7)
  if (cipher !== '-') fields['tls.cipher'] = cipher
  if (domain !== '-') fields['url.domain'] = domain
  if (tls !== '-') fields['tls.version'] = tls
}

const plain = (quoted: string): string => unquote(quoted, 0, quoted.length).slice(0, longestValue)
