import { messageOf } from '../../errors.ts'
import { matchSource } from '../../lib/match-source.ts'
import { minute } from '../../lib/units/time.ts'
import { formatZone } from '../../lib/units/zone.ts'
import type { Event } from '../../schema/event/event.ts'
import type { FieldMap } from '../../schema/record/field-map.ts'
import { eventId, type RawRecord, type RecordBatch } from '../../schema/record/record.ts'
import type { Stage } from '../stage.ts'
import { AcceptedRequests } from './connections/accepted-requests.ts'
import { DatabaseLogins } from './connections/database-logins.ts'
import { KnownPeers } from './connections/known-peers.ts'
import { LogonSessions } from './connections/logon-sessions.ts'
import { SecondAnswers } from './connections/second-answers.ts'
import type { DeclaredFormats } from './declared/declared-formats.ts'
import { createStreams } from './event-streams.ts'
import { isHeader } from './formats/web/w3c-header.ts'
import { ContentGuesses } from './guesses/content-guesses.ts'
import { enoughRecords } from './guesses/deciding-records.ts'
import { isReadAsText, WrapperGuesses } from './guesses/wrapper-guesses.ts'
import { ZoneGuesses } from './guesses/zone-guesses.ts'
import { type ParseCount, ParseCounts } from './parse-counts.ts'
import { parseRecord } from './parse-record.ts'
import type { Parsed, UnnamedFields } from './parser.ts'
import { dayOrderOf } from './time/day-order.ts'
import { isKnownTime, toEvent } from './to-event.ts'

/** Turns each record into one event. */
export interface Normalizer {
  /** Turns record `i` into the event `<partition>-<first + i>`. Never throws. */
  normalize(batch: RecordBatch): Event[]
  /** The pipeline stage. */
  readonly stage: Stage<RecordBatch, Event>
  /** Returns the formats of the records since the last call. */
  takeCounts(): ParseCount[]
  /** The zones that were guessed from the clock of arrival, as a state to save. */
  readonly zones: Pick<ZoneGuesses, 'name' | 'save' | 'restore'>
  /** The names that were guessed for unnamed fields of sources, as a state to save. */
  readonly contents: Pick<ContentGuesses, 'name' | 'save' | 'restore'>
  /** The shapes that were found before the lines of sources, as a state to save. */
  readonly wrappers: Pick<WrapperGuesses, 'name' | 'save' | 'restore'>
}

interface NormalizerOptions {
  /** The zone of times without one, in minutes east of UTC, for sources that set none. */
  readonly zoneMinutes?: number
  /** The declared formats; the bundled ones by default. */
  readonly formats?: DeclaredFormats
  /** Which fields of records mean what, by source. The first that matches decides. */
  readonly maps?: readonly { readonly source: string; readonly fields: FieldMap }[]
  /** Replaces the parser in tests. */
  readonly parseRecord?: (record: RawRecord) => Parsed
}

/**
 * Creates a normalizer. Its only state is counts, caches, who is at the other end of a connection, logins that were refused just now, and
 * what is guessed of sources: the zone of times without one, the meaning of fields whose names say nothing, and what an unknown program
 * writes before their lines. An event depends on its record, and on these if it needs them.
 */
export const createNormalizer = (options: NormalizerOptions = {}): Normalizer => {
  const counts = new ParseCounts()
  const streamOf = createStreams()
  const zones = new ZoneGuesses()
  const contents = new ContentGuesses()
  const wrappers = new WrapperGuesses()
  const peers = new KnownPeers()
  const sessions = new LogonSessions()
  const answers = new SecondAnswers()
  const requests = new AcceptedRequests()
  const databases = new DatabaseLogins()
  const read = options.parseRecord ?? ((record: RawRecord) => parseRecord(record, options.formats))
  const maps = options.maps?.map(({ source, fields }) => ({ has: matchSource(source), fields })) ?? []
  /** Lets the records from one with unnamed fields on decide what they mean. Returns the end of those that were read. */
  const learnContent = (batch: RecordBatch, from: number, first: UnnamedFields, like: RawRecord): number => {
    const { source, texts, receivedAt } = batch
    contents.learn(source, first, receivedAt)
    let at = from + 1
    for (; at < texts.length && at < from + enoughRecords && contents.isLearning(source); at++) {
      const { unnamed } = attempt(read, { ...like, text: (texts[at] ?? '').trim() })
      if (unnamed) contents.learn(source, unnamed, receivedAt)
    }
    contents.decide(source)
    return at
  }
  /** Reads a line behind what is written before those of its source, and leaves its text in the record; undefined if it is none. */
  const readBehindPrefix = (record: { text: string } & RawRecord): Parsed | undefined => {
    const { text } = record
    const line = wrappers.unwrap(record.source, text)
    if (line === undefined) return undefined
    record.text = line
    const parsed = attempt(read, record)
    if (parsed.fault === undefined && !isReadAsText(parsed))
      return { ...parsed, format: `${parsed.format} (guessed behind its prefix)` }
    record.text = text
    return undefined
  }
  /** Reads a record whose time names no zone again, in the zone that is guessed of its sender or its file. */
  const readInGuessedZone = (batch: RecordBatch, index: number, plain: Parsed, record: RawRecord): Parsed => {
    if (!zones.hasAny && batch.fileZone === undefined) return plain
    const arrival = zones.of(senderOf(batch, index))
    // UTC is how times without a zone are read anyway.
    const guess = (arrival ?? batch.fileZone) || undefined
    if (guess === undefined) return plain
    const reason = arrival === undefined ? " from the file's last write" : ''
    return inZone(plain, attempt(read, { ...record, zoneMinutes: guess }), guess, reason)
  }
  const normalize = (batch: RecordBatch): Event[] => {
    const map = batch.map ?? maps.find(({ has }) => has(batch.source))?.fields
    const zoneMinutes = batch.zoneMinutes ?? options.zoneMinutes
    /** The number and time of the last line without a zone, read as UTC. */
    let unzoned = -1
    let unzonedTime = 0
    const events: Event[] = []
    const dayFirst = dayOrderOf(batch.texts)
    /** The lines of a file without a time. */
    const undated: number[] = []
    /** Up to where unnamed fields were read ahead. */
    let learntUpTo = 0
    const { source, receivedAt, format } = batch
    /** Parsers keep no record, so all lines share one. */
    const known = { text: '', source, receivedAt, zoneMinutes, dayFirst, format, map, likely: contents.of(source) }
    if (format === undefined && wrappers.isLearning(source)) {
      const records = batch.texts.slice(0, enoughRecords).map((text) => ({ ...known, text }))
      wrappers.learn(source, records, (record) => isReadAsText(attempt(read, record)))
    }
    const isWrapped = wrappers.hasShape(source)
    for (let i = 0; i < batch.texts.length; i++) {
      const original = batch.texts[i] ?? ''
      const first = original.charCodeAt(0)
      // Trim only the rare indented records, to avoid copies.
      const text = first <= 32 || first === 0xfeff ? original.trim() : original
      known.text = text
      known.likely = contents.of(source)
      const found =
        text === '' ? emptyRecord : ((isWrapped ? readBehindPrefix(known) : undefined) ?? attempt(read, known))
      const decides = found.unnamed !== undefined && i >= learntUpTo && contents.isLearning(source)
      if (found.unnamed && decides) learntUpTo = learnContent(batch, i, found.unnamed, known)
      const record = decides ? { ...known, likely: contents.of(source) } : known
      const undatedRecord = decides ? attempt(read, record) : found
      const plain = undatedRecord.clock === undefined ? undatedRecord : withDate(undatedRecord, batch, zoneMinutes)
      if (plain.unnamed) contents.check(source, plain.unnamed)
      const mayLackZone =
        zoneMinutes === undefined && plain.timeGuessed && plain.time !== undefined && plain.clock === undefined
      if (mayLackZone) {
        unzoned = i
        unzonedTime = plain.time
      }
      const parsed = mayLackZone ? readInGuessedZone(batch, i, plain, record) : plain
      const id = eventId(batch.partition, batch.first + i)
      const plainEvent = toEvent(id, parsed, batch, original, i, streamOf)
      const event = databases.follow(requests.follow(answers.count(sessions.follow(peers.follow(plainEvent)))))
      const recognized = parsed.fault === undefined && parsed.format !== 'plain'
      const isDated = isKnownTime(parsed.time)
      const isParsed = recognized && (isDated || parsed.kind === 'alert' || isHeader(parsed))
      counts.add(
        source,
        recognized && !isParsed ? `${parsed.format} without time` : parsed.format,
        isParsed,
        original,
        receivedAt,
      )
      if (batch.file !== undefined && !isDated) undated.push(i)
      events.push(event)
    }
    if (undated.length > 0) dateByNeighbours(events, undated)
    if (unzoned >= 0) zones.observe(senderOf(batch, unzoned), batch.receivedAt, unzonedTime)
    return events
  }
  return {
    zones,
    contents,
    wrappers,
    normalize,
    stage: (batches) => batches.flatMap(normalize),
    takeCounts: () => counts.take(),
  }
}

/**
 * Gives undated lines of a file the time of the dated line before them, or of the first one after them: the time of arrival says nothing about
 * a line of a file.
 */
const dateByNeighbours = (events: Event[], undated: readonly number[]): void => {
  let early = 0
  while (undated[early] === early) early++
  const first = events[early]
  for (const at of undated) {
    const event = events[at]
    const neighbour = at < early ? first : events[at - 1]
    if (event && neighbour) events[at] = { ...event, time: neighbour.time }
  }
}

/** Names who sent a record: its source, and the address behind a listener, where every device may have a zone of its own. */
const senderOf = ({ source, peers }: RecordBatch, index: number): string => {
  const peer = peers?.[index]
  return peer === undefined ? source : `${source} ${peer}`
}

/** Takes a record as read in a guessed zone, if it has a time without one, and says so. */
const inZone = (plain: Parsed, moved: Parsed, zone: number, reason: string): Parsed =>
  moved.time === plain.time
    ? plain
    : {
        ...moved,
        format: `${moved.format} at ${formatZone(zone)} (guessed${reason})`,
        timeGuessed: true,
        fields: { ...moved.fields, 'event.timezone': formatZone(zone) },
      }

/** Adds the date of a file whose lines have only a clock, and says so. Live lines arrive at their clock. */
const withDate = (parsed: Parsed, { midnight, fileZone }: RecordBatch, given: number | undefined): Parsed => {
  if (midnight === undefined || parsed.clock === undefined || parsed.time !== undefined) return parsed
  const zone = given === undefined && fileZone !== undefined ? formatZone(fileZone) : undefined
  return {
    ...parsed,
    format: `${parsed.format}${zone === undefined ? '' : ` at ${zone}`} (date guessed from the file's last write)`,
    time: midnight + parsed.clock - (given ?? fileZone ?? 0) * minute,
    fields: zone === undefined ? parsed.fields : { ...parsed.fields, 'event.timezone': zone },
  }
}

const emptyRecord: Parsed = {
  format: 'empty',
  kind: 'event',
  time: undefined,
  timeGuessed: true,
  message: '',
  fields: {},
  fault: 'The record is empty.',
}

/** Parses a record. A bug in a parser must not fail the batch. */
const attempt = (read: (record: RawRecord) => Parsed, record: RawRecord): Parsed => {
  try {
    return read(record)
  } catch (error) {
    return { ...emptyRecord, format: 'parser-bug', message: record.text, fault: `A parser failed: ${messageOf(error)}` }
  }
}
