import { isObject } from '../../../lib/json/json-value.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { type Draft, refuseRecord } from '../draft.ts'
import { addFields } from '../fields/aliases.ts'
import { flatten } from '../fields/flatten.ts'
import { readObject } from '../formats/json/read-object.ts'
import type { Parsed, Parser } from '../parser.ts'

const finder = /\b(?:IDS|IPS|NIDS|HIDS|NIPS|HIPS|IDPS?|NGIPS|EDR|XDR|Snort|Suricata|SNORT|SURICATA)\b/
const findings = /(?:^|[\s:/])(?:ids|ips|nids|hids|intrusion[ _-](?:detection|prevention)|ids alert)$/i

/** Whether a CEF or LEEF line can only be an alert: its product or category names an attack detector, not a firewall, proxy or login. */
export const isFinding = (fields: Draft, category: string | undefined): boolean => {
  const product = String(fields['observer.product'] ?? '').replaceAll('_', ' ')
  return finder.test(product) || findings.test(product) || findings.test(category?.trim() ?? '')
}

/**
 * Creates a parser for a line format, and for objects that contain a line if the sender declares the format. `read` receives that
 * declaration: with it every line is an alert, without it only an unambiguous one.
 */
export const toLineParser = (
  format: string,
  start: string,
  read: (line: string, record: RawRecord, isDeclared: boolean) => Parsed | undefined,
): Parser => ({
  name: `alert-${format}`,
  parse(record) {
    const isDeclared = record.format === format
    if (record.text.startsWith(start)) return read(record.text, record, isDeclared)
    if (!isDeclared) return undefined
    const object = readObject(record.text)
    const line = isObject(object) ? carriedIn(object, start) : lineIn(record.text, start)
    if (line === undefined)
      return refuseRecord(`alert/${format}`, `It holds no text that begins with "${start}".`, record.text)
    const parsed = read(line, record, true)
    return parsed && isObject(object) ? withSiblings(parsed, object, record) : parsed
  },
})

const carriers = ['message', 'cef_message', 'cef', 'raw', 'raw_message', '_raw', 'event', 'msg']

/** Returns the line inside an object, under one of the usual names. */
const carriedIn = (object: Readonly<Record<string, unknown>>, start: string): string | undefined => {
  for (const name of carriers) {
    const value = object[name]
    const line = typeof value === 'string' ? lineIn(value, start) : undefined
    if (line !== undefined) return line
  }
  return undefined
}

/** Returns the line without a syslog header. */
const lineIn = (value: string, start: string): string | undefined => {
  const from = value.slice(0, 1_000).indexOf(start)
  return from < 0 ? undefined : value.slice(from).trimEnd()
}

/** Adds fields beside the line that the line does not contain. */
const withSiblings = (parsed: Parsed, object: Readonly<Record<string, unknown>>, record: RawRecord): Parsed => {
  const fields: Draft = {}
  const { stamp } = addFields(fields, flatten(object), record)
  return {
    ...parsed,
    ...(parsed.time === undefined && stamp && { time: stamp.time, timeGuessed: stamp.guessed }),
    fields: { ...fields, ...parsed.fields },
  }
}
