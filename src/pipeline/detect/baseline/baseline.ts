import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { minute } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { isError as isErrorEvent } from '../shared/severity-hint.ts'
import { readState } from '../shared/state.ts'
import { explainDeviation } from './baseline-explanation.ts'
import { createDeviationTracker } from './deviation-tracker.ts'
import { endSilence, findLongSilence } from './long-silence.ts'
import { advance, countEvent } from './meter.ts'
import { readOpenRates, writeOpenRates } from './open-rate-state.ts'
import { type Rate, ratesOf, type Track, vote } from './track.ts'
import { advanceClock, createTrackBook, othersNewest, type SourceTracks } from './track-book.ts'
import { readTrack, writeTrack } from './track-state.ts'

const name = 'baseline'
const version = 5
/** Events received within this time are live; others are history. */
const liveLag = 10 * minute

const options = z.strictObject({
  threshold: z
    .number()
    .min(0.25)
    .max(1)
    .default(0.75)
    .describe('How unusual a rate must be to be reported: 0.5 is one bucket in 10,000, 0.75 one in a million.'),
  least: z.int().min(1).default(20).describe('Minimum number of events in a spike; half as many for errors.'),
  grace_seconds: z
    .number()
    .min(0)
    .default(120)
    .describe('Seconds to wait for a stream that lags behind the others before it counts as silent.'),
  max_streams: z
    .int()
    .min(1)
    .default(1000)
    .describe('How many streams to track. The one idle longest is dropped first.'),
  max_series: z
    .int()
    .min(1)
    .default(2000)
    .describe('How many rates to track in total: of streams, errors and templates.'),
})

/**
 * Learns the usual number of events per stream, of its errors and of its common templates, and finds spikes, drops and silences. Buckets
 * last from one minute to one hour, depending on the rate. O(1) per event, O(series) per bucket. Not for streams with one event a day:
 * learning them takes weeks.
 */
export const baseline: Component<typeof options, Detector> = {
  name,
  summary: 'Finds unusual rates: spikes, drops and silences of streams, errors and messages.',
  options,
  create(given, { now }) {
    const grace = given.grace_seconds * 1000
    const book = createTrackBook(given)
    let found = new Map<string, Detection>()

    const { onBucketEndOf, reportChanges } = createDeviationTracker(given, book.get, (track, rate, deviation) => {
      deviation.changed = false
      const detection = explainDeviation(track, rate, deviation)
      if (detection.evidence.length > 0) found.set(detection.id, detection)
    })
    const count = (track: Track, rate: Rate, event: Event): void => {
      countEvent(rate.meter, event, onBucketEndOf(track, rate))
      if (track.whole) vote(rate, event.stream, event.stream)
      else if (event.template) vote(rate, event.template.id, event.message)
    }

    /** Closes the buckets of a track that have ended. Returns when the next one ends. */
    const settle = (track: Track, time: number): number => {
      let due = settleRate(track, track.all, time)
      if (track.errors) due = Math.min(due, settleRate(track, track.errors, time))
      for (const rate of track.followed) due = Math.min(due, settleRate(track, rate, time))
      return due
    }
    const settleRate = (track: Track, rate: Rate, time: number): number => {
      const { meter } = rate
      if (time >= meter.start + meter.width) advance(meter, time, onBucketEndOf(track, rate))
      return Number.isNaN(meter.start) ? Number.POSITIVE_INFINITY : meter.start + meter.width
    }
    const checkSilence = (track: Track, source: SourceTracks, time: number): void => {
      const detection = findLongSilence(track, source, time)
      if (detection) found.set(detection.id, detection)
    }
    const sweep = (source: SourceTracks, time: number): void => {
      source.due = Number.POSITIVE_INFINITY
      for (const track of source.tracks.values()) {
        source.due = Math.min(source.due, settle(track, time))
        checkSilence(track, source, time)
      }
      if (source.whole) source.due = Math.min(source.due, settle(source.whole, time))
    }

    const takeInTrack = (event: Event, track: Track, isError: boolean): void => {
      const { time } = event
      endSilence(track, time)
      if (time > track.newest) track.newest = time
      track.usedAt = track.newest
      track.live = event.receivedAt - time < liveLag
      count(track, track.all, event)
      const template = book.templateOf(track, event)
      if (template) count(track, template, event)
      const errors = isError ? book.errorsOf(track, event) : undefined
      if (errors) count(track, errors, event)
    }
    const take = (event: Event, track: Track | undefined, source: SourceTracks): void => {
      const { time } = event
      const isError = isErrorEvent(event)
      book.note(source)
      if (track) takeInTrack(event, track, isError)
      const { whole } = source
      if (whole) {
        endSilence(whole, time)
        if (time > whole.newest) whole.newest = time
        count(whole, whole.all, event)
        const wholeErrors = isError ? book.errorsOf(whole, event) : undefined
        if (wholeErrors) count(whole, wholeErrors, event)
      }
      advanceClock(source, time)
      if (source.newest - grace >= source.due) sweep(source, source.newest - grace)
    }

    const detect = (events: readonly Event[]): Detection[] => {
      found = new Map()
      let stream = ''
      let track: Track | undefined
      let source: SourceTracks | undefined
      for (const event of events) {
        if (event.stream !== stream || !track || !source) {
          stream = event.stream
          track = book.get(stream) ?? book.begin(event)
          source = book.sources.get(event.source)
        }
        if (source) take(event, track, source)
      }
      if (events.length === 0) tick()
      return [...found.values()]
    }
    /** Ends the buckets of sources that are over while others, which ran beside them, continue: files that are analyzed together. */
    const settleSilentSources = (): void => {
      for (const source of book.sources.values()) {
        const until = othersNewest(book.sources, source) - grace
        if (until <= source.newest) continue
        // One finding for the source, rather than one for each of its streams.
        for (const track of source.whole ? [source.whole] : source.tracks.values()) {
          settle(track, until)
          checkSilence(track, source, until)
        }
      }
    }
    const tick = (): void => {
      settleSilentSources()
      for (const source of book.sources.values()) {
        const { tracks, whole } = source
        for (const track of [...tracks.values(), ...(whole ? [whole] : [])]) {
          if (track.live) {
            settle(track, now() - grace)
            checkSilence(track, source, now() - grace)
          }
          for (const rate of ratesOf(track)) reportChanges(track, rate)
        }
      }
    }

    return {
      name,
      detect,
      save() {
        const sources = [...book.sources.values()]
        const tracks = sources.flatMap(({ tracks, whole }) => [...tracks.values(), ...(whole ? [whole] : [])])
        const writer = createWriter(name, version).varint(tracks.length)
        const samples: EventSample[] = []
        for (const track of tracks) writeTrack(writer, track, samples)
        writeSampleFields(writer, samples)
        writeOpenRates(writer, tracks)
        book.writeClocks(writer)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const samples: EventSample[] = []
          const tracks = Array.from({ length: reader.varint() }, () => readTrack(reader, samples))
          readSampleFields(reader, samples)
          readOpenRates(reader, tracks)
          book.replace(tracks)
          book.readClocks(reader)
        })
      },
    }
  },
}
