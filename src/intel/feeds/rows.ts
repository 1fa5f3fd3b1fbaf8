import { type Options, parse } from 'csv-parse/sync'
import { z } from 'zod'
import { AppError, messageOf } from '../../errors.ts'
import { delimiterOf } from '../../lib/csv/delimiter.ts'
import { skipped, toFeedEntry } from '../entry.ts'
import { parseFeedJson } from '../parse-json.ts'
import type { FeedEntry, ReadList, ReportOptions } from '../provider.ts'
import { toConfidence, toLevel, toType } from '../terms.ts'
import { eachLine } from './list.ts'

/** The column names of each field. The first name that a row has counts. */
const names = {
  value: [
    'ioc',
    'ioc_value',
    'indicator',
    'indicator_value',
    'value',
    'observable',
    'url',
    'ip_address',
    'ip',
    'dst_ip',
    'domain',
    'hostname',
    'host',
    'sha256_hash',
    'sha256',
    'sha1_hash',
    'sha1',
    'md5_hash',
    'md5',
    'hash',
    'email',
    'network',
    'cidr',
    'address',
  ],
  type: ['ioc_type', 'indicator_type', 'observable_type', 'type'],
  level: ['threat_level', 'severity', 'level', 'risk'],
  confidence: ['confidence', 'confidence_level', 'confidence_score', 'score'],
  description: [
    'description',
    'comment',
    'threat_type',
    'threat',
    'malware',
    'signature',
    'category',
    'note',
    'notes',
    'name',
  ],
  tags: ['tags', 'tag', 'labels'],
  tlp: ['tlp', 'tlp_marking', 'marking'],
  firstSeen: ['first_seen', 'firstseen', 'first_seen_utc', 'dateadded', 'date_added', 'created', 'date', 'timestamp'],
  lastSeen: ['last_seen', 'lastseen', 'last_seen_utc', 'last_online', 'updated', 'modified'],
  validUntil: ['valid_until', 'expires', 'expiration', 'expires_at', 'expiry'],
} as const

type Row = Readonly<Record<string, unknown>>

const firstOf = (row: Row, wanted: readonly string[]): unknown => {
  for (const name of wanted) if (row[name] !== undefined && row[name] !== null && row[name] !== '') return row[name]
  return undefined
}
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
const timeOf = (value: unknown): string | number | undefined =>
  typeof value === 'string' || typeof value === 'number' ? value : undefined

/** Parses a row with named cells. Undefined if the row is marked as inactive. */
const readRow = (row: Row, options: ReportOptions, now: number): FeedEntry | undefined => {
  if (row.active === false || row.active === 'false') return undefined
  const value = textOf(firstOf(row, names.value))
  if (value === undefined) return skipped('no value', JSON.stringify(row))
  const typeName = textOf(firstOf(row, names.type))
  const tags = firstOf(row, names.tags)
  const tlp = textOf(firstOf(row, names.tlp))?.replace(/^tlp:\s*/i, '')
  return toFeedEntry(
    value,
    typeName === undefined ? undefined : toType(typeName),
    {
      level: toLevel(firstOf(row, names.level)),
      confidence: toConfidence(firstOf(row, names.confidence)),
      description: textOf(firstOf(row, names.description)),
      tags: [
        ...(tlp === undefined ? [] : [`tlp:${tlp.toLowerCase()}`]),
        ...(Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : (textOf(tags)?.split(/[,;|]/) ?? [])),
      ],
      firstSeen: timeOf(firstOf(row, names.firstSeen)),
      lastSeen: timeOf(firstOf(row, names.lastSeen)),
      validUntil: timeOf(firstOf(row, names.validUntil)),
    },
    options,
    now,
  )
}

/**
 * Parses CSV with commas, semicolons, tabs or vertical bars. The header is the first row, or the last comment (`#`) before it, as in files
 * of abuse.ch. Without a header, the value is the first usable cell of each row.
 */
export const readCsv: ReadList = function* (text, options, now) {
  const { header, rows } = readTable(text)
  for (const cells of rows) {
    const entry = header
      ? readRow(Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ''])), options, now)
      : readWithoutHeader(cells, options, now)
    if (entry) yield entry
  }
}

/** Whether a text starts with a header that has a known column for values. */
export const hasHeader = (text: string): boolean => {
  const { comment, body } = splitComments(text.replace(/^\ufeff/, ''))
  const first = eachLine(body).next().value ?? ''
  return [first, comment].some((line) => toHeader(line.split(delimiterOf(line))) !== undefined)
}

const readTable = (text: string) => {
  const { comment, body } = splitComments(text.replace(/^\ufeff/, ''))
  const rows = parseCells(body, {
    delimiter: delimiterOf(eachLine(body).next().value ?? ''),
    bom: true,
    comment: '#',
    comment_no_infix: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  })
  const ownHeader = toHeader(rows[0] ?? [])
  const commentHeader = toHeader(comment.split(delimiterOf(comment)))
  const header = ownHeader ?? (commentHeader?.length === rows[0]?.length ? commentHeader : undefined)
  return { header, rows: ownHeader ? rows.slice(1) : rows }
}

const parseCells = (body: string, options: Options): readonly (readonly string[])[] => {
  try {
    return parse(body, options).map((cells) => cells.map(String))
  } catch (cause) {
    throw new AppError('SOURCE_FAILED', `Invalid CSV: ${messageOf(cause)}`, {
      hint: 'Expected rows of cells, quoted with " where necessary.',
      cause,
    })
  }
}

/** Separates the comments at the beginning from the rows. The last comment may be the header. */
const splitComments = (text: string): { readonly comment: string; readonly body: string } => {
  let comment = ''
  let at = 0
  for (const line of eachLine(text)) {
    if (!line.startsWith('#') && line.trim() !== '') break
    if (/^#\s*"?\w+"?\s*[,;\t|]/.test(line)) comment = line.replace(/^#\s*/, '')
    at += line.length + (text[at + line.length] === '\r' ? 2 : 1)
  }
  return { comment, body: text.slice(at) }
}

/** Returns the normalized column names, or undefined if none of them is a known column for values. */
const toHeader = (cells: readonly string[]): readonly string[] | undefined => {
  const header = cells.map((cell) =>
    cell
      .trim()
      .replace(/^"|"$/g, '')
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  )
  return header.some((name) => names.value.some((known) => known === name)) ? header : undefined
}

const readWithoutHeader = (cells: readonly string[], options: ReportOptions, now: number): FeedEntry => {
  for (const cell of cells) {
    const entry = toFeedEntry(cell, undefined, {}, options, now)
    if (entry.kind === 'report') return entry
  }
  return skipped('not a supported value', cells.join(','))
}

const json = z.union([
  z.array(z.unknown()),
  z.object({ iocs: z.array(z.unknown()) }).transform(({ iocs }) => iocs),
  z.object({ indicators: z.array(z.unknown()) }).transform(({ indicators }) => indicators),
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
])
const object = z.record(z.string(), z.unknown())

/** Parses a JSON list of rows or of plain values, also under `iocs`, `indicators` or `data`. */
export const readJsonRows: ReadList = function* (text, options, now) {
  for (const item of parseFeedJson(json, text, 'a list of rows, or one under "iocs", "indicators" or "data"')) {
    const row = object.safeParse(item)
    if (row.success) {
      const lower = Object.fromEntries(Object.entries(row.data).map(([name, value]) => [name.toLowerCase(), value]))
      const entry = readRow(lower, options, now)
      if (entry) yield entry
    } else yield toFeedEntry(String(item), undefined, {}, options, now)
  }
}
