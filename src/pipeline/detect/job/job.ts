import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter, type Reader, type Writer } from '../../../lib/bytes/codec.ts'
import { hour, minute } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { severityHintOf } from '../shared/severity-hint.ts'
import { readState } from '../shared/state.ts'
import { addToBeat, type Beat, isRegular, leastBeatPause, nextBeat, startBeat } from './beat.ts'
import { explainMissingRun, type JobRun } from './job-explanation.ts'
import {
  addToRuns,
  comesTooOften,
  type ExpectedRun,
  frequent,
  hourly,
  nextRun,
  type Runs,
  rhythms,
  startRuns,
} from './schedule.ts'

const name = 'job'
const version = 2
const mostMessages = 60
const mostHosts = 2000
/** A run that comes later belongs to the next day. */
const latestArrival = 16 * hour
/** Events of live sources come within this time. */
const livePause = hour
/** Messages due within this time belong to one run. */
const runLength = 2 * hour
/** A message that pauses so long is rare. */
const rarePause = 12 * hour
/** When to look again for the newest lines of a host whose job may be missing. */
const deferral = 10 * minute

const options = z.strictObject({
  max_streams: z.int().min(1).default(300).describe('How many streams to search for jobs.'),
})

/** A program, or one of its messages, that may come by schedule. */
interface Candidate {
  readonly message: string
  runs: Runs
  expected: ExpectedRun | undefined
  /** The missing run that was reported. */
  missing: ExpectedRun | undefined
  /** The rhythm of a message that comes too often for the others. */
  beat: Beat | undefined
  sample: EventSample
  usedAt: number
}

interface StreamJobs {
  readonly source: string
  readonly stream: string
  readonly host: string | undefined
  readonly service: string | undefined
  readonly whole: Candidate
  readonly messages: BoundedMap<Candidate>
  /** When a message came that had not come for half a day, as those of a start do. */
  rareAt: number
  /** When a template came first that is no error and names no job: a new version of the program may write it in place of another. */
  newAt: number
  usedAt: number
}

/** The clock of one source, and when its next run is missing. */
interface SourceClock {
  newest: number
  due: number
  /** A later time that only one event has. */
  ahead: number | undefined
  /** Whether its last event came about when it happened, so that the wall clock shows that its next run is missing. */
  isLive: boolean
  /** The newest event of each host. */
  readonly hosts: Map<string, number>
}

/**
 * Learns which programs and messages come weekly, daily, on working days, every few hours or hourly, and finds runs that are missing or late.
 * Also finds messages that came every few minutes and stop while their host logs other lines. O(1) per event.
 */
export const job: Component<typeof options, Detector> = {
  name,
  summary:
    'Learns jobs that run weekly, daily, every few hours or hourly, and finds runs that are late, missing, failed or hours longer. Also finds jobs that ran every few minutes and stop.',
  options,
  create(given, { now }) {
    let streams = new BoundedMap<StreamJobs>(given.max_streams)
    let clocks = new Map<string, SourceClock>()
    let lastTick = Number.NEGATIVE_INFINITY

    const clockOf = (source: string, time: number): SourceClock => {
      const known = clocks.get(source)
      if (known) return known
      const hosts = new Map<string, number>()
      const clock = { newest: time, ahead: undefined, due: Number.POSITIVE_INFINITY, isLive: false, hosts }
      clocks.set(source, clock)
      return clock
    }
    const startStream = (event: Event): void => {
      const nameIn = (field: string) => flatText(textField(event, field) ?? '') || undefined
      const jobs: StreamJobs = {
        source: event.source,
        stream: event.stream,
        host: nameIn('host.name'),
        service: nameIn('service.name'),
        whole: startCandidate('', event),
        messages: new BoundedMap(mostMessages),
        rareAt: event.time,
        newAt: event.time,
        usedAt: event.time,
      }
      streams.set(event.stream, jobs)
    }

    const take = (event: Event, found: Map<string, Detection>): void => {
      const jobs = streams.get(event.stream)
      const clock = clockOf(event.source, event.time)
      advance(clock, event.time)
      clock.isLive = Math.abs(now() - event.time) < livePause
      if (clock.newest >= clock.due) reportMissing(event.source, clock, clock.newest, found)
      if (!jobs) {
        if (streams.admits(event.stream)) startStream(event)
        return
      }
      jobs.usedAt = event.time
      if (jobs.host !== undefined && (clock.hosts.has(jobs.host) || clock.hosts.size < mostHosts))
        clock.hosts.set(jobs.host, clock.newest)
      const { id, message } = identify(event)
      const whole = follow(jobs, jobs.whole, event, clock)
      if (whole) found.set(whole.id, whole)
      if (id === undefined || event.fields['event.category'] === 'authentication') return
      const candidate = jobs.messages.get(id) ?? renameCandidate(jobs, id, event)
      if (!candidate || event.time - candidate.runs.last > rarePause) jobs.rareAt = event.time
      if (!candidate) {
        jobs.messages.set(flatText(id), startCandidate(message, event))
        if (id === event.template?.id && !isFailure(event)) jobs.newAt = event.time
        return
      }
      const one = follow(jobs, candidate, event, clock)
      if (one && !whole) found.set(one.id, one)
    }

    /** Notes an event of a candidate. Returns the update of a reported run that came late. */
    const follow = (
      jobs: StreamJobs,
      candidate: Candidate,
      event: Event,
      clock: SourceClock,
    ): Detection | undefined => {
      candidate.usedAt = event.time
      const pause = event.time - candidate.runs.last
      const isRun = addToRuns(candidate.runs, event.time)
      const beat = candidate === jobs.whole ? undefined : followBeat(candidate, event, pause)
      if (!isRun) {
        if (beat) expectBeat(candidate, beat, event, clock)
        return undefined
      }
      const { missing } = candidate
      candidate.missing = undefined
      candidate.expected = nextRun(candidate.runs, candidate === jobs.whole) ?? (beat && nextBeat(beat))
      if (candidate.expected) clock.due = Math.min(clock.due, candidate.expected.deadline)
      const late = missing && event.time - missing.time < latestArrival ? event : undefined
      const update =
        missing && late ? explainMissingRun(jobs, toRun(candidate, missing), event.time, keepSample(late)) : undefined
      candidate.sample = keepSample(event)
      return update
    }

    /** Expects the next run of a message that comes every few minutes. */
    const expectBeat = (candidate: Candidate, beat: Beat, event: Event, clock: SourceClock): void => {
      const next = nextBeat(beat)
      if (next) candidate.sample = keepSample(event)
      if (next || candidate.expected?.rhythm === frequent) candidate.expected = next
      if (next) clock.due = Math.min(clock.due, next.deadline)
    }

    /** Finds what is missing in sources without events. After a leap, as of a server that was off, the missing events may still come. */
    const tick = (time: number, found: Map<string, Detection>): void => {
      const isLeap = time - lastTick >= livePause
      lastTick = time
      for (const [source, clock] of clocks) {
        if (isLeap) clock.isLive = false
        if (clock.isLive && time - livePause >= clock.due) reportMissing(source, clock, time - livePause, found)
      }
    }

    const reportMissing = (source: string, clock: SourceClock, moment: number, found: Map<string, Detection>): void => {
      clock.due = Number.POSITIVE_INFINITY
      const isOnlyJobs = ![...streams.values()].some((one) => one.source === source && comesTooOften(one.whole.runs))
      for (const jobs of streams.values()) {
        if (jobs.source !== source) continue
        const all = [jobs.whole, ...jobs.messages.values()]
        for (const candidate of all) candidate.expected &&= afterRestart(candidate.expected, candidate, jobs)
        const seen = all.some((one) => isOverdue(one, moment) && one.expected?.rhythm === frequent)
          ? Math.min(moment, newestOfHost(jobs, streams.values()))
          : moment
        const overdue = all.find((one) => isOverdue(one, one.expected?.rhythm === frequent ? seen : moment))?.expected
        // The other messages of the run are due within minutes.
        const missing = overdue ? all.filter(({ expected }) => expected && isOneRun(overdue, expected)) : []
        missing.sort((a, b) => (a.expected?.time ?? 0) - (b.expected?.time ?? 0))
        for (const candidate of missing) {
          candidate.missing = candidate.expected
          candidate.expected = undefined
          if (candidate.beat) candidate.beat.isMissing = true
        }
        for (const { expected } of all) {
          if (!expected) continue
          const isDeferred = expected.rhythm === frequent && expected.deadline <= moment
          clock.due = Math.min(clock.due, isDeferred ? moment + deferral : expected.deadline)
        }
        // One finding for a program, rather than one for each of its messages. The silence of a host or source has another cause.
        const [first, ...others] = missing
        if (!first?.missing) continue
        const newest = jobs.host === undefined ? clock.newest : (clock.hosts.get(jobs.host) ?? clock.newest)
        const isSilent = newest < first.missing.time && !isOnlyJobs
        for (const other of others) other.missing = undefined
        if (isSilent) {
          // A nightly job of a host that was off may come hours late. A job that runs often is late by as much as everything else.
          if (isOften(first.missing.rhythm)) first.missing = undefined
          continue
        }
        if (first.missing.rhythm === frequent && jobs.newAt >= (first.beat?.start ?? 0) - leastBeatPause) {
          first.missing = undefined
          continue
        }
        const detection = explainMissingRun(jobs, toRun(first, first.missing), moment, undefined)
        found.set(detection.id, detection)
      }
    }

    return {
      name,
      detect(events) {
        const found = new Map<string, Detection>()
        if (events.length === 0) tick(now(), found)
        for (const event of events) take(event, found)
        return [...found.values()]
      },
      save() {
        const writer = createWriter(name, version).varint(clocks.size)
        for (const [source, { newest, due, hosts }] of clocks) {
          writer.text(source).f64(newest).f64(due).varint(hosts.size)
          for (const [host, time] of hosts) writer.text(host).f64(time)
        }
        writer.varint(streams.size)
        const samples: EventSample[] = []
        for (const jobs of streams.values()) writeStream(writer, jobs, samples)
        writeSampleFields(writer, samples)
        for (const jobs of streams.values()) writeBeats(writer, jobs)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restoredClocks = new Map<string, SourceClock>()
          for (let left = reader.varint(); left > 0; left--) {
            const source = reader.text()
            const clock: SourceClock = {
              newest: reader.f64(),
              due: reader.f64(),
              ahead: undefined,
              isLive: false,
              hosts: new Map(),
            }
            for (let hosts = reader.varint(); hosts > 0; hosts--) clock.hosts.set(reader.text(), reader.f64())
            restoredClocks.set(source, clock)
          }
          const restored = new BoundedMap<StreamJobs>(given.max_streams)
          const samples: EventSample[] = []
          for (let left = reader.varint(); left > 0; left--) {
            const jobs = readStream(reader, samples)
            restored.set(jobs.stream, jobs)
          }
          readSampleFields(reader, samples)
          if (!reader.ended) for (const jobs of restored.values()) readBeats(reader, jobs)
          clocks = restoredClocks
          streams = restored
        })
      },
    }
  },
}

const isOverdue = ({ expected }: Candidate, moment: number): boolean =>
  expected !== undefined && expected.deadline <= moment

/**
 * When the host of a program logged its newest line. Frequent jobs are missing by this time alone: the lines of a host may arrive hours later
 * than those of others, and its silence has another cause.
 */
const newestOfHost = ({ source, host }: StreamJobs, streams: Iterable<StreamJobs>): number => {
  let newest = 0
  for (const other of streams)
    if (other.source === source && other.host === host) newest = Math.max(newest, other.whole.runs.last)
  return newest
}

const isFailure = (event: Event): boolean =>
  event.fields['event.outcome'] === 'failure' ||
  (textField(event, 'process.command_line') === undefined && severityHintOf(event) > 0)

/** Notes a message that comes too often for other rhythms. Errors are not followed: their end is no trouble. */
const followBeat = (candidate: Candidate, event: Event, pause: number): Beat | undefined => {
  if (pause < leastBeatPause || !comesTooOften(candidate.runs)) return undefined
  candidate.beat ??= startBeat(event.time, !isFailure(event))
  return addToBeat(candidate.beat, event.time, pause) ? candidate.beat : undefined
}

/** Waits nearly a pause longer for the run of an hourly job whose program may have restarted: its timer then begins again. */
const afterRestart = (expected: ExpectedRun, { runs }: Candidate, { rareAt }: StreamJobs): ExpectedRun => {
  const last = runs.starts.at(-1) ?? 0
  if (expected.rhythm !== hourly || rareAt <= last) return expected
  return { ...expected, deadline: expected.time + 0.95 * (expected.time - last) }
}

const isOften = (rhythm: ExpectedRun['rhythm']): boolean => rhythm === hourly || rhythm === frequent

/** Whether a message that is due belongs to a run that is overdue. Messages of hourly jobs belong to no run of another job. */
const isOneRun = (overdue: ExpectedRun, { time, rhythm }: ExpectedRun): boolean =>
  isOften(overdue.rhythm) || isOften(rhythm)
    ? overdue.rhythm === rhythm && time < overdue.deadline
    : time - overdue.time < runLength

/** Sets the clock to the newest time that two events agree on: one wrong date must not make all jobs missing. */
const advance = (clock: SourceClock, time: number): void => {
  if (time - clock.newest < latestArrival) {
    clock.newest = Math.max(clock.newest, time)
    clock.ahead = undefined
    return
  }
  if (clock.ahead !== undefined && time >= clock.ahead) clock.newest = clock.ahead
  clock.ahead = time
}

const jobField = /(?:^|[._-])(?:job|task|timer|unit|workflow|pipeline|schedule|dag)[._-]?(?:name|id)?$/i
const resultField = /(?:result|exit|return)[._-]?(?:code|status)$/i

/** Which fields name a job or its result. The names of fields repeat, so each is matched once. */
const fieldKinds = new Map<string, 'job' | 'result' | 'other'>()
const mostFields = 5000

const kindOf = (field: string): 'job' | 'result' | 'other' => {
  const known = fieldKinds.get(field)
  if (known) return known
  const kind = jobField.test(field) ? 'job' : resultField.test(field) ? 'result' : 'other'
  if (fieldKinds.size < mostFields) fieldKinds.set(flatText(field), kind)
  return kind
}

/** Identifies a message by its template, or the command of cron, with the job that it names and the result. */
const identify = (event: Event): { readonly id: string | undefined; readonly message: string } => {
  const command = textField(event, 'process.command_line')
  const template = command ?? event.template?.id
  if (template === undefined || command !== undefined) return { id: template, message: command ?? '' }
  let [job, result] = ['', event.fields['event.outcome'] === 'failure' ? ' failure' : '']
  for (const field in event.fields) {
    const kind = kindOf(field)
    if (kind === 'other') continue
    const value = String(event.fields[field]).slice(0, 100)
    if (kind === 'job') job ||= value
    else result += ` ${value}`
  }
  const id = job === '' && result === '' ? template : `${template} ${job}${result}`
  return { id, message: job === '' || event.message.includes(job) ? event.message : `${job}: ${event.message}` }
}

/** Finds the messages of a new template under its former, narrower one. O(messages of the stream), for a new template. */
const renameCandidate = ({ messages }: StreamJobs, id: string, { template }: Event): Candidate | undefined => {
  if (id !== template?.id || !template.text.includes(wildcard)) return undefined
  for (const [formerId, candidate] of messages.entries()) {
    if (!fits(candidate.message, template.text)) continue
    messages.delete(formerId)
    messages.set(flatText(id), candidate)
    return candidate
  }
  return undefined
}

const wildcard = '<*>'

/** Whether a message has the constant words of a template in their order. */
const fits = (message: string, template: string): boolean => {
  const [first = '', ...others] = template.split(wildcard)
  const end = others.pop() ?? ''
  if (!message.startsWith(first) || !message.endsWith(end)) return false
  let at = first.length
  for (const part of others) {
    const found = message.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= message.length - end.length
}

const startCandidate = (message: string, event: Event): Candidate => ({
  message: flatText(message, 200),
  runs: startRuns(event.time),
  expected: undefined,
  missing: undefined,
  beat: undefined,
  sample: keepSample(event),
  usedAt: event.time,
})

const toRun = ({ message, sample }: Candidate, expected: ExpectedRun): JobRun => ({ message, expected, last: sample })

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
