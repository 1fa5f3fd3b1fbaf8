import type { RawRecord } from '../../../schema/record.ts'
import { addFields } from '../aliases.ts'
import { type Draft, refuse } from '../draft.ts'
import { flatten, isObject } from '../flatten.ts'
import type { Parsed, Parser } from '../parser.ts'
import { readObject } from '../read-object.ts'

const finder = /\b(?:IDS|IPS|NIDS|HIDS|NIPS|HIPS|IDPS?|NGIPS|EDR|XDR|Snort|Suricata|SNORT|SURICATA)\b/
const findings = /(?:^|[\s:/])(?:ids|ips|nids|hids|intrusion[ _-](?:detection|prevention)|ids alert)$/i

/**
 * Tells whether what a device wrote in CEF or LEEF can only be an alert: its product or category says that it is of something that
 * looks for attacks. Firewalls, proxies and logins, which write these formats much more often, do not.
 */
export const isFinding = (fields: Draft, category: string | undefined): boolean => {
  const product = String(fields['observer.product'] ?? '').replaceAll('_', ' ')
  return finder.test(product) || findings.test(product) || findings.test(category?.trim() ?? '')
}

/**
 * Makes the parser of a format of lines, for lines alone and, where their sender says that they are of it, for objects that carry one.
 * `read` learns whether its sender said so: then every line is an alert, else only what can be nothing else.
 */
export const toLineParser = (
  format: string,
  start: string,
  read: (line: string, record: RawRecord, said: boolean) => Parsed | undefined,
): Parser => ({
  name: `alert-${format}`,
  parse(record) {
    const said = record.format === format
    if (record.text.startsWith(start)) return read(record.text, record, said)
    if (!said) return undefined
    const object = readObject(record.text)
    const line = isObject(object) ? carriedIn(object, start) : lineIn(record.text, start)
    if (line === undefined)
      return refuse(`alert/${format}`, `It holds no text that begins with "${start}".`, record.text)
    const parsed = read(line, record, true)
    return parsed && isObject(object) ? withSiblings(parsed, object, record) : parsed
  },
})

const carriers = ['message', 'cef_message', 'cef', 'raw', 'raw_message', '_raw', 'event', 'msg']

/** The line that an object carries in one of the names that senders use for it. */
const carriedIn = (object: Readonly<Record<string, unknown>>, start: string): string | undefined => {
  for (const name of carriers) {
    const value = object[name]
    const line = typeof value === 'string' ? lineIn(value, start) : undefined
    if (line !== undefined) return line
  }
  return undefined
}

/** The line without what syslog put before it. */
const lineIn = (value: string, start: string): string | undefined => {
  const from = value.slice(0, 1_000).indexOf(start)
  return from < 0 ? undefined : value.slice(from).trimEnd()
}

/** What stands beside the line says what the line does not. */
const withSiblings = (parsed: Parsed, object: Readonly<Record<string, unknown>>, record: RawRecord): Parsed => {
  const fields: Draft = {}
  const { stamp } = addFields(fields, flatten(object), record)
  return {
    ...parsed,
    ...(parsed.time === undefined && stamp && { time: stamp.time, timeGuessed: stamp.guessed }),
    fields: { ...fields, ...parsed.fields },
  }
}
