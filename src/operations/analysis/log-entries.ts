import { z } from 'zod'
import { AppError, messageOf } from '../../errors.ts'
import { unwrap } from '../../lib/json-records/unwrap.ts'
import { createCsvReader } from '../../lib/tabular/csv-reader.ts'
import { isNumbers } from '../../lib/tabular/table.ts'
import { recordsOfText } from '../../pipeline/ingest/join/join-records.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'

/** `auto` guesses from the text; `text` means lines as daemons write them. */
export const entryFormats = ['auto', 'json', 'csv', 'text'] as const
export type EntryFormat = (typeof entryFormats)[number]

type Entry = Readonly<Record<string, unknown>>
const entry = z.record(z.string(), z.unknown())

/** Reads entries from a text: JSON in any envelope, one object a line, CSV with a header, or plain lines of logs. */
export const readEntries = (text: string, format: EntryFormat): readonly Entry[] => {
  const found = format === 'auto' ? formatOf(text) : format
  if (found === 'csv') return fromCsv(text)
  return found === 'json' ? fromJson(text) : fromLines(text)
}

const formatOf = (text: string): EntryFormat => {
  const head = text.trimStart().slice(0, 4_096)
  if (/^[[{]/.test(head)) return 'json'
  const first = head.split('\n', 1)[0] ?? ''
  return first.split(',').length > 2 && /timestamp|time|date/i.test(first) && !/\d{4}/.test(first) ? 'csv' : 'text'
}

const fromJson = (text: string): readonly Entry[] => {
  let fault: unknown
  try {
    JSON.parse(text)
    return [...unwrap(text, { all: true })].map((record) => entry.parse(JSON.parse(record.text)))
  } catch (error) {
    fault = error
  }
  try {
    return recordsOfText(text, { traces: false }).map((line) => entry.parse(JSON.parse(line)))
  } catch {
    throw new AppError(
      'INVALID_JSON',
      `Invalid JSON: ${fault instanceof z.ZodError ? 'no entries' : messageOf(fault)}`,
      {
        hint: 'Send an array of objects, one object, or one object per line.',
        cause: fault,
      },
    )
  }
}

const fromCsv = (text: string): readonly Entry[] => {
  const reader = createCsvReader()
  reader.push(text)
  const { rows, columns } = reader.finish()
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      columns.map((column): [string, unknown] => {
        if (!isNumbers(column)) return [column.name, column.words[column.codes[row] ?? -1]]
        const number = column.values[row]
        return [column.name, Number.isNaN(number) ? undefined : number]
      }),
    ),
  )
}

/** Returns the fields of a line for an entry. Omits absent fields. */
const fromLines = (text: string): readonly Entry[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const { time, message, fields } = parseRecord({ text: line, source: 'file', receivedAt: Date.now() })
      const field = (name: string): unknown => fields[name]
      const outcome = field('event.outcome')
      return {
        timestamp: time === undefined ? undefined : new Date(time).toISOString(),
        user: field('user.name'),
        source_ip: field('source.ip'),
        dest_ip: field('destination.ip'),
        event_type: field('event.action') ?? field('process.name') ?? field('service.name'),
        action: outcome === 'failure' ? 'failed' : outcome,
        message,
        severity: field('log.level'),
      }
    })
