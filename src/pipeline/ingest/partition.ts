import type { RawRecord } from '../../schema/record/record.ts'

/** The header of a syslog line: the host follows a time, and is followed by a tag with a colon or a process number. */
const syslogHost =
  /^(?:<\d{1,3}>)?(?:1 \S+ |[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT\S+ (?=\S+ [\w./()-]+(?:\[\d+\])?: ))([^\s:]+) /
/** A field of a JSON document that names the host. */
const jsonHost =
  /"(?:host\.name|hostname|host|Computer|computer_name|HOSTNAME|_HOSTNAME)"\s*:\s*(?:\{[^{}]*?"(?:name|hostname)"\s*:\s*)?"([^"]+)"/
/** A line within a JSON document, up to its header's end. */
const jsonLine = /"(?:message|MESSAGE|log)"\s*:\s*"([^"\\]{0,300})/
/** A word that programs write in the place of a host. */
const level = /^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|CRIT|CRITICAL|ALERT|EMERG|FATAL)$/i
/** How far to look for the host. */
const lookedAt = 2_048

/**
 * Chooses the partition of a record by its source and its host, so that all records of a stream are in one partition: the host that it names,
 * else that of its folder. A record without a host belongs to its source alone.
 */
export const partitionOf = (
  { source, text, host = '' }: Pick<RawRecord, 'source' | 'text' | 'host'>,
  partitions: number,
): number => (partitions === 1 ? 0 : hash(`${source}\n${(namedHost(text) || host).toLowerCase()}`) % partitions)

/** The host that a record names in the header of a syslog line or in a field of a JSON document; empty if it names none. */
export const namedHost = (text: string): string => {
  const head = text.length > lookedAt ? text.slice(0, lookedAt) : text
  const host = head.startsWith('{')
    ? (jsonHost.exec(head)?.[1] ?? hostOfLine(jsonLine.exec(head)?.[1] ?? ''))
    : hostOfLine(head)
  return host === undefined || level.test(host) ? '' : host
}

const hostOfLine = (line: string): string | undefined => syslogHost.exec(line)?.[1]

/** FNV-1a with a final mix, because its low bits alone are not even. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  return (value ^ (value >>> 13)) >>> 0
}
