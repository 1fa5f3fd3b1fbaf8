import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { isRegular, startBeat } from './beat.ts'
import { comesTooOften, type ExpectedRun, frequent, type Runs, rhythms } from './schedule.ts'
import { type SourceClock, startSourceClock } from './source-clock.ts'
import { type Candidate, mostMessages, type StreamJobs } from './stream-jobs.ts'

export const writeSourceClocks = (writer: Writer, clocks: ReadonlyMap<string, SourceClock>): void => {
  writer.varint(clocks.size)
  for (const [source, { newest, due, hosts }] of clocks) {
    writer.text(source).f64(newest).f64(due).varint(hosts.size)
    for (const [host, time] of hosts) writer.text(host).f64(time)
  }
}

export const readSourceClocks = (reader: Reader): Map<string, SourceClock> => {
  const clocks = new Map<string, SourceClock>()
  for (let left = reader.varint(); left > 0; left--) {
    const source = reader.text()
    const clock = startSourceClock(reader.f64(), reader.f64())
    for (let hosts = reader.varint(); hosts > 0; hosts--) clock.hosts.set(reader.text(), reader.f64())
    clocks.set(source, clock)
  }
  return clocks
}

export const writeJobStreams = (writer: Writer, streams: BoundedMap<StreamJobs>): void => {
  writer.varint(streams.size)
  const samples: EventSample[] = []
  for (const jobs of streams.values()) writeStream(writer, jobs, samples)
  writeSampleFields(writer, samples)
  for (const jobs of streams.values()) writeBeats(writer, jobs)
}

export const readJobStreams = (reader: Reader, mostStreams: number): BoundedMap<StreamJobs> => {
  const streams = new BoundedMap<StreamJobs>(mostStreams)
  const samples: EventSample[] = []
  for (let left = reader.varint(); left > 0; left--) {
    const jobs = readStream(reader, samples)
    streams.set(jobs.stream, jobs)
  }
  readSampleFields(reader, samples)
  if (!reader.ended) for (const jobs of streams.values()) readBeats(reader, jobs)
  return streams
}

/** Writes the jobs of a stream. Adds their samples to `samples`, because their fields are saved after everything else. */
const writeStream = (
  writer: Writer,
  { source, stream, host, service, whole, messages, rareAt, usedAt }: StreamJobs,
  samples: EventSample[],
): void => {
  for (const text of [source, stream, host ?? '', service ?? '']) writer.text(text)
  writer.f64(rareAt).f64(usedAt)
  writeCandidate(writer, whole, samples)
  writer.varint(messages.size)
  for (const [id, candidate] of messages.entries()) {
    writer.text(id)
    writeCandidate(writer, candidate, samples)
  }
}

const readStream = (reader: Reader, samples: EventSample[]): StreamJobs => {
  const [source, stream, host, service] = [reader.text(), reader.text(), reader.text(), reader.text()]
  const [rareAt, usedAt] = [reader.f64(), reader.f64()]
  const jobs: StreamJobs = {
    source,
    stream,
    host: host || undefined,
    service: service || undefined,
    whole: readCandidate(reader, samples),
    messages: new BoundedMap(mostMessages),
    rareAt,
    newAt: Number.NEGATIVE_INFINITY,
    usedAt,
  }
  for (let left = reader.varint(); left > 0; left--) jobs.messages.set(reader.text(), readCandidate(reader, samples))
  return jobs
}

const writeExpected = (writer: Writer, expected: ExpectedRun | undefined): void => {
  writer.u8(expected ? 1 + rhythms.indexOf(expected.rhythm) : 0)
  if (expected) writer.f64(expected.time).f64(expected.deadline).varint(expected.runs)
}

const readExpected = (reader: Reader): ExpectedRun | undefined => {
  const rhythm = rhythms[reader.u8() - 1]
  return rhythm && { rhythm, time: reader.f64(), deadline: reader.f64(), runs: reader.varint() }
}

const writeCandidate = (
  writer: Writer,
  { message, runs, expected, missing, beat, sample, usedAt }: Candidate,
  samples: EventSample[],
): void => {
  const isOver = comesTooOften(runs) && runs.starts.length < 2 && !(beat && isRegular(beat))
  writer
    .text(isOver ? '' : message)
    .f64(runs.last)
    .varint(runs.irregular)
    .f64(usedAt)
  writer.f64s(Float64Array.from(isOver ? runs.starts.slice(-1) : runs.starts))
  // Earlier releases read no such rhythm here.
  writeExpected(writer, expected?.rhythm === frequent ? undefined : expected)
  writeExpected(writer, missing?.rhythm === frequent ? undefined : missing)
  writer
    .text(sample.id)
    .f64(sample.time)
    .text(isOver ? '' : sample.original.slice(0, 400))
  samples.push(isOver ? { ...sample, fields: undefined, message: undefined } : sample)
}

const readCandidate = (reader: Reader, samples: EventSample[]): Candidate => {
  const message = reader.text()
  const [last, irregular, usedAt] = [reader.f64(), reader.varint(), reader.f64()]
  const runs: Runs = { last, irregular, starts: [...reader.f64s()] }
  const expected = readExpected(reader)
  const missing = readExpected(reader)
  const sample = { id: reader.text(), time: reader.f64(), original: reader.text() }
  samples.push(sample)
  return { message, runs, expected, missing, beat: undefined, sample, usedAt }
}

const beatFields = [
  'since',
  'start',
  'lines',
  'usual',
  'regular',
  'odd',
  'longest',
  'longestBefore',
  'turnedAt',
  'reported',
] as const

/** Writes the rhythms of messages that come often. They come at the end of a state, because earlier releases did not know them. */
const writeBeats = (writer: Writer, { newAt, messages }: StreamJobs): void => {
  writer.f64(newAt)
  for (const { beat, expected, missing } of messages.values()) {
    writer.u8(beat ? (beat.isMissing ? 2 : 1) : 0)
    if (!beat) continue
    for (const field of beatFields) writer.f64(beat[field])
    writeExpected(writer, expected?.rhythm === frequent ? expected : undefined)
    writeExpected(writer, missing?.rhythm === frequent ? missing : undefined)
  }
}

const readBeats = (reader: Reader, jobs: StreamJobs): void => {
  jobs.newAt = reader.f64()
  for (const candidate of jobs.messages.values()) {
    const kind = reader.u8()
    if (kind === 0) continue
    const beat = startBeat(0, true)
    for (const field of beatFields) beat[field] = reader.f64()
    beat.isMissing = kind === 2
    candidate.beat = beat
    candidate.expected = readExpected(reader) ?? candidate.expected
    candidate.missing = readExpected(reader) ?? candidate.missing
  }
}
