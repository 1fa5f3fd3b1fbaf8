import { z } from 'zod'
import type { ForeignRow } from '../../pipeline/ingest/sql/foreign-database.ts'

/** Reads a row of an older system: each database writes booleans, times, lists and documents in its own way. */
export interface FormerRow {
  /** The text, or null if it is empty. */
  text(column: string): string | null
  number(column: string): number | undefined
  flag(column: string): boolean | undefined
  /** In ms since the epoch; UTC unless the text says otherwise. */
  time(column: string): number | undefined
  /** A JSON document, or the text if it is none. */
  json(column: string): unknown
  list(column: string): readonly string[]
}

/** Wraps a row. */
export const formerRow = (row: ForeignRow): FormerRow => {
  const text = (column: string): string | null => {
    const value = row[column]
    if (value === null || value === undefined || value === '') return null
    if (Buffer.isBuffer(value)) return value.toString('utf8')
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  const json = (column: string): unknown => {
    const value = row[column]
    if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) return value
    const written = text(column)
    if (written === null) return null
    try {
      const parsed: unknown = JSON.parse(written)
      return parsed
    } catch {
      return written
    }
  }
  return {
    text,
    json,
    number(column) {
      const written = text(column)
      const value = written === null ? Number.NaN : Number(written)
      return Number.isFinite(value) ? value : undefined
    },
    flag(column) {
      const written = text(column)?.toLowerCase()
      return written === undefined ? undefined : ['1', 't', 'true', 'yes', 'y'].includes(written)
    },
    time: (column) => timeOf(text(column)),
    list(column) {
      const parsed = texts.safeParse(json(column))
      return parsed.success ? parsed.data : postgresList(text(column) ?? '')
    },
  }
}

const texts = z.array(z.string())

const secondsUntil2286 = 10_000_000_000

const timeOf = (text: string | null): number | undefined => {
  if (text === null) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) {
    const value = Number(text)
    return Math.round(value < secondsUntil2286 ? value * 1000 : value)
  }
  const iso = text
    .trim()
    .replace(/^(\d{4}-\d\d-\d\d) /, '$1T')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d\d)$/, '$1:00')
  const time = Date.parse(/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(iso) ? `${iso}Z` : iso)
  return Number.isNaN(time) ? undefined : time
}

/** Reads an array as PostgreSQL writes it: `{a,"b c"}`. */
const postgresList = (text: string): readonly string[] => {
  const inner = /^\{(.*)\}$/s.exec(text)?.[1]
  if (inner === undefined) return text === '' ? [] : text.split(',').map((item) => item.trim())
  return [...inner.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)].map(
    ([, quoted, plain]) => quoted?.replace(/\\(.)/gs, '$1') ?? plain ?? '',
  )
}
