import { messageOf } from '../../errors.ts'
import { matchSource } from '../../lib/match-source.ts'
import { memoize } from '../../lib/memoize/memoize.ts'
import { minute } from '../../lib/units/time.ts'
import { formatZone } from '../../lib/units/zone.ts'
import type { Event, FieldValue } from '../../schema/event/event.ts'
import { containerOfFile } from '../../schema/record/container-file.ts'
import type { FieldMap } from '../../schema/record/field-map.ts'
import { eventId, type RawRecord, type RecordBatch } from '../../schema/record/record.ts'
import type { Stage } from '../stage.ts'
import { AcceptedRequests } from './connections/accepted-requests.ts'
import { KnownPeers } from './connections/known-peers.ts'
import { SecondAnswers } from './connections/second-answers.ts'
import type { DeclaredFormats } from './declared/declared-formats.ts'
import { serviceOfRecord } from './draft.ts'
import { copyWord } from './fields/recurring-words.ts'
import { isHeader } from './formats/web/w3c-header.ts'
import { ContentGuesses } from './guesses/content-guesses.ts'
import { enoughRecords } from './guesses/deciding-records.ts'
import { isReadAsText, WrapperGuesses } from './guesses/wrapper-guesses.ts'
import { ZoneGuesses } from './guesses/zone-guesses.ts'
import { type ParseCount, ParseCounts } from './parse-counts.ts'
import { parseRecord } from './parse-record.ts'
import type { Parsed, UnnamedFields } from './parser.ts'

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
  const answers = new SecondAnswers()
  const requests = new AcceptedRequests()
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
  const normalize = (batch: RecordBatch): Event[] => {
    const map = batch.map ?? maps.find(({ has }) => has(batch.source))?.fields
    const zoneMinutes = batch.zoneMinutes ?? options.zoneMinutes
    /** The number and time of the last line without a zone, read as UTC. */
    let unzoned = -1
    let unzonedTime = 0
    const events: Event[] = []
    const dayFirst = dayOrderOf(batch.texts)
    /** The time of the dated line before in the file. */
    let before: number | undefined
    /** How many lines at the beginning of a file's batch have no time yet. */
    let undated = 0
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
      const hasGuess = zones.hasAny || batch.fileZone !== undefined
      const arrival = mayLackZone && hasGuess ? zones.of(senderOf(batch, i)) : undefined
      // UTC is how times without a zone are read anyway.
      const guess = mayLackZone && hasGuess ? (arrival ?? batch.fileZone) || undefined : undefined
      const reason = arrival === undefined ? " from the file's last write" : ''
      const parsed =
        guess === undefined ? plain : inZone(plain, attempt(read, { ...record, zoneMinutes: guess }), guess, reason)
      const id = eventId(batch.partition, batch.first + i)
      const event = requests.follow(answers.count(peers.follow(toEvent(id, parsed, batch, original, i, streamOf))))
      const recognized = parsed.fault === undefined && parsed.format !== 'plain'
      const dated = isKnown(parsed.time)
      const isParsed = recognized && (dated || parsed.kind === 'alert' || isHeader(parsed))
      counts.add(
        source,
        recognized && !isParsed ? `${parsed.format} without time` : parsed.format,
        isParsed,
        original,
        receivedAt,
      )
      // In a file, the time of arrival says nothing about a line, and the lines around it do.
      if (dated) before = event.time
      if (batch.file === undefined || dated) events.push(event)
      else if (before === undefined) {
        events.push(event)
        undated++
      } else events.push({ ...event, time: before })
      if (undated > 0 && before !== undefined) {
        for (let j = 0; j < undated; j++) {
          const early = events[j]
          if (early) events[j] = { ...early, time: before }
        }
        undated = 0
      }
    }
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
 * Decides whether dates with slashes at the start of lines have the day first: a number above 12 shows it. Undefined without such a line,
 * and if lines disagree.
 */
const dayOrderOf = (texts: readonly string[]): boolean | undefined => {
  let found: boolean | undefined
  for (const text of texts) {
    // Most lines have no slash there, which avoids the expression.
    if (text.charCodeAt(2) !== 47 && text.charCodeAt(1) !== 47 && text.charCodeAt(3) !== 47) continue
    const date = /^[[("]?(\d{1,2})\/(\d{1,2})\/\d{4}\D/.exec(text.slice(0, 14))
    if (!date) continue
    const [first, second] = [Number(date[1]), Number(date[2])]
    if (first <= 12 === second <= 12) continue
    const dayFirst = first > 12
    if (found !== undefined && found !== dayFirst) return undefined
    found = dayFirst
  }
  return found
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

/** The latest ISO date. Later times are invalid. */
const latestTime = 253_402_300_799_999

const isKnown = (time: number | undefined): time is number =>
  time !== undefined && time > -62_167_219_200_000 && time <= latestTime

const toEvent = (
  id: string,
  parsed: Parsed,
  batch: RecordBatch,
  original: string,
  index: number,
  streamOf: (source: string, fields: Event['fields']) => string,
): Event => {
  const { source, receivedAt } = batch
  const place = placeOf(batch, index, parsed)
  const fields =
    parsed.fault === undefined
      ? place
        ? { ...parsed.fields, ...place }
        : parsed.fields
      : { ...parsed.fields, ...place, 'error.message': parsed.fault, 'error.type': `parse/${parsed.format}` }
  return {
    id,
    kind: parsed.fault === undefined ? parsed.kind : 'pipeline_error',
    time: isKnown(parsed.time) ? parsed.time : receivedAt,
    timeGuessed: isKnown(parsed.time) ? parsed.timeGuessed : true,
    receivedAt,
    source,
    stream: streamOf(source, fields),
    message: parsed.message,
    original,
    fields,
  }
}

/** Returns the fields for a record's position in a file, or for its sender. A sender that names no host is one itself, as for a relay. */
const placeOf = (
  { file, lines, peers }: RecordBatch,
  index: number,
  { fields }: Parsed,
): Event['fields'] | undefined => {
  const line = lines?.[index]
  if (file !== undefined)
    return { ...containerFields(file), 'log.file.path': file, ...(line !== undefined && { 'log.file.line': line }) }
  const peer = peers?.[index]
  if (peer === undefined) return undefined
  return { 'log.source.address': peer, ...(fields['host.name'] === undefined && { 'host.name': peer }) }
}

/** Returns the fields for the container of Kubernetes that wrote a file. */
const containerFields = memoize((file: string): Event['fields'] | undefined => {
  const found = containerOfFile(file)
  return (
    found && {
      'kubernetes.namespace': found.namespace,
      'kubernetes.pod.name': found.pod,
      'container.name': found.container,
    }
  )
})

/** The streams with names up to this length are cached, and so many of them. */
const longestName = 128
const mostStreams = 10_000

/** Returns a function that names an event's stream by source, host and service. Events of a stream share the string. */
const createStreams = () => {
  const sources = new Map<string, Map<string, Map<string, string>>>()
  let size = 0
  return (source: string, fields: Event['fields']): string => {
    const host = textOr(fields['host.name'], '')
    const service = textOr(serviceOfRecord(fields), '')
    const known = sources.get(source)?.get(host)?.get(service)
    if (known !== undefined) return known
    const stream = [source, host, service].filter((part, index) => index === 0 || part !== '').join('/')
    if (host.length > longestName || service.length > longestName) return stream
    if (size >= mostStreams) {
      sources.clear()
      size = 0
    }
    size += 1
    const hosts = sources.get(source) ?? new Map<string, Map<string, string>>()
    sources.set(source, hosts)
    const services = hosts.get(host) ?? new Map<string, string>()
    hosts.set(copyWord(host), services.set(copyWord(service), stream))
    return stream
  }
}

const textOr = (value: FieldValue | undefined, other: string): string => (typeof value === 'string' ? value : other)
