import { messageOf } from '../../errors.ts'
import type { Event } from '../../schema/event.ts'
import { eventId, type RawRecord, type RecordBatch } from '../../schema/record.ts'
import type { Stage } from '../stage.ts'
import { type ParseCount, ParseCounts } from './parse-counts.ts'
import type { Parsed } from './parser.ts'
import { understand } from './understand.ts'

/** Turns records into events, one for one. */
export interface Normalizer {
  /** Record `i` becomes the event `<partition>-<first + i>`, whatever it holds. Never throws. */
  normalize(batch: RecordBatch): Event[]
  /** The stage of the pipeline. */
  readonly stage: Stage<RecordBatch, Event>
  /** How the records since the last call were understood. */
  takeCounts(): ParseCount[]
}

interface NormalizerOptions {
  /** The zone of times that name none, in minutes east of UTC, for sources that set none themselves. */
  readonly zoneMinutes?: number
  /** Reads one record; handed in by tests that need a parser with a bug. */
  readonly understand?: (record: RawRecord) => Parsed
}

/** Makes a normaliser. It keeps counts and nothing else: what a record becomes depends on the record alone. */
export const createNormalizer = (options: NormalizerOptions = {}): Normalizer => {
  const counts = new ParseCounts()
  const read = options.understand ?? understand
  const normalize = (batch: RecordBatch): Event[] => {
    const zoneMinutes = batch.zoneMinutes ?? options.zoneMinutes
    const events: Event[] = []
    const streamOf = createStreams(batch.source)
    for (let i = 0; i < batch.texts.length; i++) {
      const original = batch.texts[i] ?? ''
      const first = original.charCodeAt(0)
      // Indented records are rare; everything else is read where it is, without a copy.
      const text = first <= 32 || first === 0xfeff ? original.trim() : original
      const { source, receivedAt, format } = batch
      const parsed = text === '' ? emptyRecord : attempt(read, { text, source, receivedAt, zoneMinutes, format })
      const event = toEvent(
        eventId(batch.partition, batch.first + i),
        parsed,
        batch,
        original,
        batch.lines?.[i],
        streamOf,
      )
      counts.add(source, parsed.format, parsed.fault === undefined && parsed.format !== 'plain', original, receivedAt)
      events.push(event)
    }
    return events
  }
  return {
    normalize,
    stage: (batches) => batches.flatMap(normalize),
    takeCounts: () => counts.take(),
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

/** A bug in a parser costs one record its meaning, never the batch. */
const attempt = (read: (record: RawRecord) => Parsed, record: RawRecord): Parsed => {
  try {
    return read(record)
  } catch (error) {
    return { ...emptyRecord, format: 'parser-bug', message: record.text, fault: `A parser failed: ${messageOf(error)}` }
  }
}

/** The widest range that an ISO date can write; a time beyond it is none. */
const latestTime = 253_402_300_799_999

const toEvent = (
  id: string,
  parsed: Parsed,
  batch: RecordBatch,
  original: string,
  line: number | undefined,
  streamOf: (fields: Event['fields']) => string,
): Event => {
  const { source, receivedAt } = batch
  const known = parsed.time !== undefined && parsed.time > -62_167_219_200_000 && parsed.time <= latestTime
  const place = placeOf(batch, line)
  const fields =
    parsed.fault === undefined
      ? place
        ? { ...parsed.fields, ...place }
        : parsed.fields
      : { ...parsed.fields, ...place, 'error.message': parsed.fault, 'error.type': `parse/${parsed.format}` }
  return {
    id,
    kind: parsed.fault === undefined ? parsed.kind : 'pipeline_error',
    time: known && parsed.time !== undefined ? parsed.time : receivedAt,
    timeGuessed: known ? parsed.timeGuessed : true,
    receivedAt,
    source,
    stream: streamOf(fields),
    message: parsed.message,
    original,
    fields,
  }
}

/** Where the record stands, when it was read from a file. */
const placeOf = ({ file }: RecordBatch, line: number | undefined): Event['fields'] | undefined =>
  file === undefined ? undefined : { 'log.file.path': file, ...(line !== undefined && { 'log.file.line': line }) }

/** Says which events share one baseline: those of a source, host and service. The events of one stream share its name, too. */
const createStreams = (source: string): ((fields: Event['fields']) => string) => {
  const streams = new Map<string, Map<string, string>>()
  return (fields) => {
    const host = fields['host.name']
    const service = fields['service.name'] ?? fields['process.name']
    const hostName = typeof host === 'string' ? host : ''
    const serviceName = typeof service === 'string' ? service : ''
    let services = streams.get(hostName)
    if (!services) {
      services = new Map()
      streams.set(hostName, services)
    }
    let stream = services.get(serviceName)
    if (stream === undefined) {
      stream = [source, hostName, serviceName].filter((part, index) => index === 0 || part !== '').join('/')
      services.set(serviceName, stream)
    }
    return stream
  }
}
