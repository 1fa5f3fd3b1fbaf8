import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { hour, minute } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { severityHintOf } from '../shared/severity-hint.ts'
import { readState } from '../shared/state.ts'
import { addToBeat, type Beat, leastBeatPause, leastCheckPause, nextBeat, startBeat } from './beat.ts'
import { readHealthCheck } from './health-check.ts'
import { explainMissingRun, type JobRun } from './job-explanation.ts'
import { identifyMessage } from './job-message.ts'
import { readJobStreams, readSourceClocks, writeJobStreams, writeSourceClocks } from './job-state.ts'
import { addToRuns, comesTooOften, type ExpectedRun, frequent, hourly, nextRun } from './schedule.ts'
import { advanceSourceClock, latestArrival, type SourceClock, startSourceClock } from './source-clock.ts'
import {
  type Candidate,
  noSample,
  renameCandidate,
  type StreamJobs,
  startCandidate,
  startStreamJobs,
} from './stream-jobs.ts'

const name = 'job'
const version = 2
const mostHosts = 2000
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

/**
 * Learns which programs and messages come weekly, daily, on working days, every few hours or hourly, and finds runs that are missing or late.
 * Also finds messages and health checks that came every few minutes and stop while their host logs other lines. O(1) per event.
 */
export const job: Component<typeof options, Detector> = {
  name,
  summary:
    'Learns jobs that run weekly, daily, every few hours or hourly, and finds runs that are late, missing, failed or hours longer. Also finds jobs that ran every few minutes and health checks, when they stop.',
  options,
  create(given, { now }) {
    let streams = new BoundedMap<StreamJobs>(given.max_streams)
    let clocks = new Map<string, SourceClock>()
    let lastTick = Number.NEGATIVE_INFINITY

    const clockOf = (source: string, time: number): SourceClock => {
      const known = clocks.get(source)
      if (known) return known
      const clock = startSourceClock(time)
      clocks.set(source, clock)
      return clock
    }

    const take = (event: Event, found: Map<string, Detection>): void => {
      const jobs = streams.get(event.stream)
      const clock = clockOf(event.source, event.time)
      advanceSourceClock(clock, event.time)
      clock.isLive = Math.abs(now() - event.time) < livePause
      if (clock.newest >= clock.due) reportMissing(event.source, clock, clock.newest, found)
      if (!jobs) {
        if (streams.admits(event.stream)) streams.set(event.stream, startStreamJobs(event))
        return
      }
      jobs.usedAt = event.time
      if (jobs.host !== undefined && (clock.hosts.has(jobs.host) || clock.hosts.size < mostHosts))
        clock.hosts.set(jobs.host, clock.newest)
      const check = readHealthCheck(event)
      const { id, message } = check === undefined ? identifyMessage(event) : { id: check, message: check }
      const whole = follow(jobs, jobs.whole, event, clock)
      if (whole) found.set(whole.id, whole)
      if (id === undefined || event.fields['event.category'] === 'authentication') return
      const candidate = jobs.messages.get(id) ?? renameCandidate(jobs, id, event)
      if (!candidate || event.time - candidate.runs.last > rarePause) jobs.rareAt = event.time
      if (!candidate) {
        jobs.messages.set(flatText(id), startCandidate(message, event))
        if ((id === event.template?.id || check !== undefined) && !isFailure(event)) jobs.newAt = event.time
        return
      }
      const one = follow(jobs, candidate, event, clock, check !== undefined)
      if (one && !whole) found.set(one.id, one)
    }

    /** Notes an event of a candidate. Returns the update of a reported run that came late. */
    const follow = (
      jobs: StreamJobs,
      candidate: Candidate,
      event: Event,
      clock: SourceClock,
      isCheck = false,
    ): Detection | undefined => {
      candidate.usedAt = event.time
      const pause = event.time - candidate.runs.last
      const isRun = addToRuns(candidate.runs, event.time)
      const beat = candidate === jobs.whole ? undefined : followBeat(candidate, event, pause, isCheck)
      if (!isRun) {
        if (beat) expectBeat(candidate, beat, event, clock)
        return undefined
      }
      const { missing } = candidate
      candidate.missing = undefined
      // A server that is switched off and on is not checked by schedule.
      const scheduled = isCheck ? undefined : nextRun(candidate.runs, candidate === jobs.whole)
      candidate.expected = scheduled ?? (beat && nextBeat(beat))
      if (candidate.expected) clock.due = Math.min(clock.due, candidate.expected.deadline)
      const late = missing && event.time - missing.time < latestArrival ? event : undefined
      const update =
        missing && late ? explainMissingRun(jobs, toRun(candidate, missing), event.time, keepSample(late)) : undefined
      candidate.sample = candidate.expected ? keepSample(event) : noSample
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
        const writer = createWriter(name, version)
        writeSourceClocks(writer, clocks)
        writeJobStreams(writer, streams)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = readSourceClocks(reader)
          streams = readJobStreams(reader, given.max_streams)
          clocks = restored
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

/**
 * Notes a message that comes too often for other rhythms. Errors are not followed: their end is no trouble. Of health checks, which may come
 * every second and from several clients, one in a while is noted.
 */
const followBeat = (candidate: Candidate, event: Event, pause: number, isCheck: boolean): Beat | undefined => {
  if ((!isCheck && pause < leastBeatPause) || !comesTooOften(candidate.runs)) return undefined
  candidate.beat ??= startBeat(event.time, isCheck || !isFailure(event))
  const noted = isCheck ? event.time - candidate.beat.start : pause
  if (isCheck && noted < leastCheckPause) return undefined
  return addToBeat(candidate.beat, event.time, noted) ? candidate.beat : undefined
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

const toRun = ({ message, sample }: Candidate, expected: ExpectedRun): JobRun => ({ message, expected, last: sample })
