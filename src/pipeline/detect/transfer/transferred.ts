import { type Event, type Fields, textField } from '../../../schema/event/event.ts'
import { connectionOf } from '../shared/connection.ts'

/** Data that a service sent to a client. */
export interface Transferred {
  readonly bytes: number
  /** The user, else the address. */
  readonly client: string
  readonly isUser: boolean
  /** The client's address, behind a proxy of ours if it names the client. */
  readonly address: string | undefined
}

/** Reads who received how much; undefined for most events. Costs a few lookups for an event without an amount. */
export const readTransferred = (event: Event): Transferred | undefined => {
  const bytes = bytesOf(event.fields)
  if (bytes === undefined || !(bytes > 0)) return undefined
  const address = addressOf(event)
  const user = textField(event, 'user.name')
  if (user !== undefined && !nobody.test(user)) return { bytes, client: user, isUser: true, address }
  return address === undefined ? undefined : { bytes, client: address, isUser: false, address }
}

/** Names that many clients share. */
const nobody = /^(?:-|anonymous|ftp|guest|nobody|unknown)$/i

const bytesOf = (fields: Fields): number | undefined => {
  const body = fields['http.response.body.bytes'] ?? fields['http.response.bytes']
  if (typeof body === 'number') return body
  const answer = fields['http.response.status_code'] === undefined ? undefined : firstNumber(fields, sizeNames)
  if (answer !== undefined) return answer
  // A file that was downloaded in part has the bytes that were sent.
  if (fields['event.action'] !== 'ftp_download') return undefined
  const size = fields['file.size']
  return typeof size === 'number' ? size : undefined
}

/** Names of the size of an answer in JSON access logs: nginx, Traefik, Caddy, Cloudflare, Azure. Elsewhere they mean other things. */
const sizeNames = [
  'bytes_sent',
  'DownstreamContentSize',
  'size',
  'EdgeResponseBytes',
  'properties.responseBodySize',
  'bytes',
]

const firstNumber = (fields: Fields, names: readonly string[]): number | undefined => {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'number') return value
    if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value)
  }
  return undefined
}

const addressOf = (event: Event): string | undefined =>
  event.fields['network.forwarded_ip'] === undefined
    ? textField(event, 'source.ip')
    : connectionOf(event.fields).source_ip
