import { z } from 'zod'
import type { FieldValue } from '../../../schema/event/event.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { type Draft, finish } from '../draft.ts'
import { addEntries } from '../fields/aliases.ts'
import { createDraft } from '../fields/create-draft.ts'
import { readPairs } from '../fields/key-values.ts'
import { toOutcome } from '../fields/outcome.ts'
import type { Parsed, Parser } from '../parser.ts'
import { createTemplate } from './template.ts'

const fieldName = z.string().regex(/^[\w@.-]{1,128}$/, 'Write a field name such as source.ip.')

/** A format in a few lines: how a line begins, how it is divided, and samples with the expected fields. */
export const formatFile = z
  .strictObject({
    name: z.string().regex(/^[a-z\d]+(?:[/-][a-z\d]+)*$/, 'Write lower-case words, such as vendor/product.'),
    summary: z.string().min(1).max(200),
    starts: z.array(z.string().min(1).max(64)).min(1).max(20),
    templates: z.array(z.string().min(3).max(2000)).min(1).max(50).exactOptional(),
    columns: z
      .string()
      .max(10_000)
      .transform((text) => text.trim().split(/\s+/))
      .pipe(z.array(fieldName).min(2).max(300))
      .exactOptional(),
    where: z.record(z.string().regex(/^[1-9]\d{0,2}$/), z.union([z.string(), z.array(z.string())])).exactOptional(),
    separator: z.string().length(1).default(','),
    pairs: z.literal(true).exactOptional(),
    message: z.string().min(1).max(500).exactOptional(),
    set: z.record(fieldName, z.union([z.string(), z.number(), z.boolean()])).default({}),
    samples: z
      .array(z.strictObject({ line: z.string().min(1), fields: z.record(z.string(), z.unknown()) }))
      .min(1)
      .max(100),
  })
  .refine(
    ({ templates, columns, pairs }) => [templates, columns, pairs].filter((way) => way !== undefined).length === 1,
    'Use one of templates, columns and pairs.',
  )
export type FormatFile = z.output<typeof formatFile>

/** A parser made of a format file. */
export interface DeclaredFormat extends Parser {
  readonly starts: readonly string[]
  /** How many columns must have a certain value. */
  readonly conditions: number
}

type Values = readonly (readonly [name: string, value: string])[]

/** Makes the parser of a format file. It takes linear time, whatever the file says. Throws on a template that is ambiguous. */
export const createDeclaredFormat = (file: FormatFile): DeclaredFormat => {
  const divide = dividerOf(file)
  return {
    name: file.name,
    starts: file.starts,
    conditions: Object.keys(file.where ?? {}).length,
    parse(record) {
      if (!startsWithAny(record.text, file.starts)) return undefined
      const values = divide(record.text)
      return values && toParsed(file, values, record)
    },
  }
}

/** Whether a text has one of some beginnings. A loop, because this is asked of most lines. */
export const startsWithAny = (text: string, starts: readonly string[]): boolean => {
  for (const start of starts) if (text.startsWith(start)) return true
  return false
}

const dividerOf = ({
  templates,
  columns,
  where = {},
  separator,
}: FormatFile): ((text: string) => Values | undefined) => {
  if (templates) {
    const compiled = templates.map(createTemplate)
    return (text) => {
      for (const template of compiled) {
        const values = template(text)
        if (values) return values
      }
      return undefined
    }
  }
  if (columns) {
    const conditions = Object.entries(where).map(([number, value]) => [Number(number) - 1, [value].flat()] as const)
    return (text) => {
      const cells = readCells(text, separator)
      if (cells.length < 2 || conditions.some(([i, allowed]) => !allowed.includes(cells[i] ?? ''))) return undefined
      const own = cells.flatMap((cell, i): Values => {
        const name = columns[i]
        return name === undefined || name === '-' || cell === '' ? [] : [[name, cell]]
      })
      return withZone(cells, own)
    }
  }
  return (text) => {
    const { pairs } = readPairs(text)
    return pairs.length === 0 ? undefined : pairs
  }
}

const day = 86_400_000

/** Prefers a column with the same time and its zone, which firewalls append, to a time without a zone. */
const withZone = (cells: readonly string[], values: Values): Values => {
  const local = values.find(([name]) => name === '@timestamp')?.[1] ?? ''
  const complete = cells.findLast((cell) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(cell),
  )
  if (complete === undefined || !/^\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d$/.test(local)) return values
  const distance = Date.parse(complete) - Date.parse(`${local.replaceAll('/', '-').replace(' ', 'T')}Z`)
  return Math.abs(distance) < day ? [['@timestamp', complete], ...values] : values
}

const toParsed = (file: FormatFile, values: Values, record: RawRecord): Parsed => {
  const fields = createDraft(values.length)
  const { stamp, message } = addEntries(fields, values, record)
  for (const [name, value] of Object.entries(file.set)) fields[name] ??= value satisfies FieldValue
  const action = fields['event.action']
  const outcome = typeof action === 'string' ? toOutcome(action) : undefined
  if (outcome !== undefined) fields['event.outcome'] ??= outcome
  return finish(file.name, stamp, message ?? sayFields(file, fields) ?? record.text, fields)
}

/** Fills in the message of a line that has none. Fields without a value are left out; undefined if all are. */
const sayFields = ({ message }: FormatFile, fields: Draft): string | undefined => {
  if (message === undefined) return undefined
  let isEmpty = true
  const said = message.replaceAll(/%\{([\w@.-]{1,128})\}/g, (_, name: string) => {
    const value = fields[name]
    if (value !== undefined) isEmpty = false
    return value === undefined ? '' : String(value)
  })
  return isEmpty ? undefined : said.replaceAll(/\s+/g, ' ').trim()
}

const mostCells = 300

/** Divides a row of CSV (RFC 4180). Linear. */
const readCells = (text: string, separator: string): string[] => {
  const cells: string[] = []
  let at = 0
  while (at <= text.length && cells.length < mostCells) {
    if (text.charCodeAt(at) === 34) {
      let end = text.indexOf('"', at + 1)
      while (end >= 0 && text.charCodeAt(end + 1) === 34) end = text.indexOf('"', end + 2)
      if (end < 0) end = text.length
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'))
      at = end + 2
      continue
    }
    const end = text.indexOf(separator, at)
    const stop = end < 0 ? text.length : end
    cells.push(text.slice(at, stop).trim())
    at = stop + 1
  }
  return cells
}
