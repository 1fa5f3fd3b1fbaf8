import { z } from 'zod'
import type { RawRecord } from '../../../schema/record/record.ts'
import { withoutColours } from '../entities/morgan.ts'
import { jsonParser } from '../formats/json/json.ts'
import { syslog3164Parser } from '../formats/syslog/syslog-3164.ts'
import { syslog5424Parser } from '../formats/syslog/syslog-5424.ts'
import { accessLogParser } from '../formats/web/access-log.ts'
import { isBlankCode } from '../letters.ts'
import type { Parsed } from '../parser.ts'
import { isDigitCode, monthAt, quad } from '../time/calendar.ts'
import { enoughRecords, isUndecided } from './deciding-records.ts'

/** How many records may decide for now. */
const fewestRecords = 20
/** Which share of the records must begin alike. */
const most = 0.9
/** How far into a line its own header may begin. */
const furthest = 160

interface SourceGuess {
  seen: number
  /** How many records begin with which shape; empty once decided. */
  shapes: Map<string, number>
  /** The shape of what is written before each line. */
  shape: string | undefined
}

/**
 * Guesses what an unknown program writes before the lines of others, from the first 50 records of a source: most must have the header of a
 * known format (syslog, an access log, JSON with a time and a message) behind a beginning of the same shape, `[app-3] 2026-12-10 09:32:20 | `.
 * The lines are then read as what they are behind it. A message that quotes a line, or a user who sends one, does not pass for it: other lines
 * of that source have no header at that position. The first records decide finally, so that nobody can change it later. Linear in the first
 * 160 characters; 1,000 sources at most.
 */
export class WrapperGuesses {
  readonly name = 'wrappers'
  #sources = new Map<string, SourceGuess>()

  /** Whether more records are wanted before the guess is final. */
  isLearning(source: string): boolean {
    return isUndecided(this.#sources, source)
  }

  /**
   * Adds records to what decides.
   *
   * @param isText whether a record is read as text with a time at most
   */
  learn(source: string, records: Iterable<RawRecord>, isText: (record: RawRecord) => boolean): void {
    const guess = this.#sources.get(source) ?? { seen: 0, shapes: new Map<string, number>(), shape: undefined }
    this.#sources.set(source, guess)
    for (const record of records) {
      if (guess.seen >= enoughRecords) break
      if (record.text.trim() === '') continue
      guess.seen++
      const bare = { ...record, text: withoutColours(record.text).trim() }
      const at = headerIn(bare)
      if (at === 0 || !isText(record)) continue
      const shape = shapeOf(bare.text.slice(0, at))
      guess.shapes.set(shape, (guess.shapes.get(shape) ?? 0) + 1)
    }
    if (guess.seen < fewestRecords) return
    const [shape, count] = [...guess.shapes].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0]
    guess.shape = count >= most * guess.seen ? shape : undefined
    if (guess.seen >= enoughRecords) guess.shapes = new Map()
  }

  /** Whether something is written before the lines of a source. */
  hasShape(source: string): boolean {
    return this.#sources.get(source)?.shape !== undefined
  }

  /** Returns the line behind what is written before those of its source; undefined if nothing is. */
  unwrap(source: string, text: string): string | undefined {
    const shape = this.#sources.get(source)?.shape
    if (shape === undefined) return undefined
    const bare = withoutColours(text)
    const end = endOfShape(bare, shape)
    return end === 0 ? undefined : bare.slice(end)
  }

  save(): Uint8Array {
    const final = [...this.#sources].filter(([, { seen }]) => seen >= enoughRecords)
    return Buffer.from(JSON.stringify(final.map(([source, { shape = '' }]) => [source, shape])))
  }

  restore(state: Uint8Array): void {
    this.#sources = new Map(
      saved
        .parse(JSON.parse(Buffer.from(state).toString()))
        .map(([source, shape]) => [source, { seen: enoughRecords, shapes: new Map(), shape: shape || undefined }]),
    )
  }
}

const saved = z.array(z.tuple([z.string(), z.string()]))

/** Whether a record was read as text, so that a known line may be in it. */
export const isReadAsText = ({ format, fault }: Parsed): boolean =>
  fault === undefined && /^(?:plain|embedded-time|generic(?:\/\w+)?)$/.test(format)

/** Returns the position of the first header of a known format in a line; 0 without one. */
const headerIn = (record: RawRecord): number => {
  const { text } = record
  const end = Math.min(text.length - 16, furthest)
  for (let i = endOfDate(record); i < end; i++)
    if (!isWord(text.charCodeAt(i - 1)) && mayBeHeader(text, i) && isHeader({ ...record, text: text.slice(i) }))
      return i
  return 0
}

/** FreeRADIUS: `Thu Dec 10 09:32:20 2026 : Auth: …`. The year is the end of the line's own time, not a host behind another one. */
const endOfDate = (record: RawRecord): number => {
  const date = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: [A-Z]{3,5})? \d{4}(?=\s)/.exec(
    record.text.slice(0, 40),
  )
  return date?.[0].length ?? 1
}

/** A cheap test for the first characters of a header. */
const mayBeHeader = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  if (code === 123) return text.charCodeAt(at + 1) === 34
  if (code === 60) return isDigitCode(text.charCodeAt(at + 1))
  if (isDigitCode(code)) return quad(text, at) >= 1990 || /^[\d.]{7,15} /.test(text.slice(at, at + 17))
  return monthAt(text, at) > 0
}

const isHeader = (record: RawRecord): boolean => {
  const { text } = record
  if (text.charCodeAt(0) === 123) {
    const parsed = jsonParser.parse(record)
    return parsed?.time !== undefined && parsed.fault === undefined && parsed.message !== text
  }
  const syslog = syslog5424Parser.parse(record) ?? syslog3164Parser.parse(record)
  if (syslog?.time !== undefined && syslog.fault === undefined)
    return syslog.fields['host.name'] !== undefined && syslog.fields['process.name'] !== undefined
  return accessLogParser.parse(record) !== undefined
}

/** Writes a word for each word and one blank for several: `[w] w w:w:w | `. */
const shapeOf = (text: string): string => {
  let shape = ''
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i)
    shape += isWord(code) ? 'w' : isBlankCode(code) ? ' ' : text.charAt(i)
    i = endOfRun(text, i)
  }
  return shape
}

/** Returns the end of the beginning of a text that has a shape; 0 if it has another one. */
const endOfShape = (text: string, shape: string): number => {
  let at = 0
  for (let i = 0; i < shape.length; i++) {
    const code = text.charCodeAt(at)
    const has = isWord(code) ? 'w' : isBlankCode(code) ? ' ' : text.charAt(at)
    if (has !== shape[i]) return 0
    at = endOfRun(text, at)
  }
  return at
}

/** Returns the end of the word or the blanks at a position, or of another character. */
const endOfRun = (text: string, at: number): number => {
  const isSame = isWord(text.charCodeAt(at)) ? isWord : isBlankCode(text.charCodeAt(at)) ? isBlankCode : undefined
  let end = at + 1
  while (isSame && end < text.length && isSame(text.charCodeAt(end))) end++
  return end
}

/** Letters, digits, and what joins them to names, dates and paths. */
const isWord = (code: number): boolean =>
  isDigitCode(code) ||
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 45 && code <= 47) ||
  code === 95 ||
  code > 127
