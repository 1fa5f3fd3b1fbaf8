import { type SyslogFacility, syslogFacilities } from '../../../schema/event/syslog-facility.ts'
import { toFlatAlert } from '../flat-alert.ts'
import { toPlainLine } from '../plain.ts'
import type { Notification } from '../sink.ts'

interface SyslogFrame {
  readonly format: 'rfc5424' | 'rfc3164'
  readonly facility: SyslogFacility
  readonly appName: string
  /** The host that sends the message. */
  readonly hostname: string
}

const severityCodes = { info: 6, low: 5, medium: 4, high: 2, critical: 1 } as const

/** The enterprise number that RFC 5612 reserves for examples, because names without a number need IANA. */
const structuredDataId = 'vedette@32473'

/**
 * Builds a syslog message without stream framing. RFC 5424 carries the idempotency key and the incident id as structured data. RFC 3164 has
 * no structured data, and its time is local, without year and zone.
 */
export const toSyslog = (notification: Notification, { format, facility, appName, hostname }: SyslogFrame): Buffer => {
  const { incident, reason, idempotencyKey } = notification
  const priority = syslogFacilities.indexOf(facility) * 8 + severityCodes[incident.severity]
  const text = toText(notification)
  const time = new Date(incident.updated_at)
  const host = hostname.replace(/[^\x21-\x7e]/g, '').slice(0, 255) || '-'
  if (format === 'rfc3164') return Buffer.from(`<${priority}>${toBsdTime(time)} ${host} ${appName}: ${text}`)
  const data = toElement({ idempotency_key: idempotencyKey, incident_id: incident.id, incident: incident.display_id })
  // The byte order mark declares UTF-8 (RFC 5424, 6.4). ASCII does not need it, and many readers would show it.
  const mark = /^[\x20-\x7e]*$/.test(text) ? '' : '\ufeff'
  return Buffer.from(`<${priority}>1 ${time.toISOString()} ${host} ${appName} - ${reason} ${data} ${mark}${text}`)
}

/** Cuts a message to a number of bytes without splitting a character. */
export const cutTo = (bytes: number, message: Buffer): Buffer => {
  if (message.length <= bytes) return message
  let end = bytes
  while (end > 0 && ((message[end] ?? 0) & 0xc0) === 0x80) end--
  return message.subarray(0, end)
}

const toText = (notification: Notification): string => {
  const { type, user, source_ip, attacker_ip, anomaly_score, message } = toFlatAlert(notification)
  const names = `User=${word(user)} IP=${word(attacker_ip ?? source_ip)} Score=${anomaly_score.toFixed(3)}`
  return `ANOMALY: ${type} | ${names} | ${message}`
}

/** Replaces spaces and bars in a name, which could fake the fields after it. */
const word = (name: string | null): string => (name ?? '').trim().replace(/[\s|]+/g, '_') || '-'

const toElement = (params: Readonly<Record<string, string>>): string =>
  `[${structuredDataId}${Object.entries(params)
    .map(([name, value]) => ` ${name}="${toPlainLine(value).replace(/["\\\]]/g, '\\$&')}"`)
    .join('')}]`

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const toBsdTime = (time: Date): string => {
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${months[time.getMonth()]} ${String(time.getDate()).padStart(2)} ${clock.join(':')}`
}
