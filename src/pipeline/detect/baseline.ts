import { z } from 'zod'
import type { Component } from '../../component.ts'
import { createWriter } from '../../lib/codec/codec.ts'
import type { Detection } from '../../schema/detection.ts'
import type { Event } from '../../schema/event.ts'
import { tellDeviation } from './baseline-story.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Detector } from './detector.ts'
import { type Deviation, directionOf, extend, isOver, type OddBucket, sizeOf } from './deviation.ts'
import { flatText } from './flat-text.ts'
import { gravityOf, isErrorLevel } from './gravity.ts'
import { addHabit, isNews } from './habit.ts'
import { createJournal } from './journal.ts'
import { advance, type Bucket, countEvent, learnNothing, peek } from './meter.ts'
import { readState } from './state.ts'
import { followedFrom, mostFollowed, type Rate, ratesOf, startRate, startTrack, type Track, vote } from './track.ts'
import { readTrack, writeTrack } from './track-state.ts'

const name = 'baseline'
const version = 1
const minute = 60_000
/** Events that are heard within this time of happening are news; others are history being read. */
const liveLag = 10 * minute

const options = z.strictObject({
  threshold: z
    .number()
    .min(0.25)
    .max(1)
    .default(0.75)
    .describe('How odd a rate must be to be told: 0.5 is one bucket in 10,000, 0.75 one in a million.'),
  least: z
    .int()
    .min(1)
    .default(20)
    .describe('How many events a spike has at least within one bucket; errors half as many.'),
  grace_seconds: z
    .number()
    .min(0)
    .default(120)
    .describe(
      'How long to wait for a stream whose events come later than those of others before it is taken to be quiet.',
    ),
  max_streams: z
    .int()
    .min(1)
    .default(1000)
    .describe('How many streams are followed; past it, one that was idle for long is forgotten.'),
  max_series: z
    .int()
    .min(1)
    .default(2000)
    .describe('How many rates are followed in all: of streams, their errors and templates.'),
})

/** The streams of one source share a clock: one is silent when the others have gone on without it. */
interface Source {
  readonly tracks: Map<string, Track>
  whole: Track | undefined
  newest: number
  /** When the next bucket of any of its rates ends, at the earliest. */
  due: number
}

/**
 * Knows how many events are usual, per stream, for its errors and for each of its common templates: finds spikes, drops and silences.
 * Buckets are as long as the rate needs, one minute to one hour. O(1) an event, O(series) a bucket. Not for streams that speak once a
 * day: those are known after weeks.
 */
export const baseline: Component<typeof options, Detector> = {
  name,
  summary: 'Finds rates that are unusual: spikes, drops and silences of streams, errors and messages.',
  options,
  create(given, { now }) {
    const journal = createJournal()
    const grace = given.grace_seconds * 1000
    let tracks = new BoundedMap<Track>(given.max_streams)
    let sources = new Map<string, Source>()
    let followed = 0
    let judged: readonly Event[] | undefined
    let found = new Map<string, Detection>()

    const tell = (track: Track, rate: Rate, deviation: Deviation): void => {
      deviation.changed = false
      const detection = tellDeviation(track, rate, deviation)
      if (detection.evidence.length > 0) found.set(detection.id, detection)
    }
    const hear = (
      track: Track,
      rate: Rate,
      side: 'high' | 'low',
      odd: OddBucket,
      direction: Deviation['direction'],
    ) => {
      const deviation = extend(rate[side], direction, odd, rate.latest)
      rate[side] = deviation
      if (side === 'high') {
        track.spikeUntil = Math.max(track.spikeUntil, deviation.end)
        deviation.told ||= isNews(rate.past, deviation.start, deviation.worst.bucket.count)
      } else deviation.told = true
      if (!deviation.told || sizeOf(deviation) < deviation.nextSize) return
      deviation.nextSize = 2 * Math.max(1, sizeOf(deviation))
      tell(track, rate, deviation)
    }
    const rest = (track: Track, rate: Rate, side: 'high' | 'low', bucket: Bucket) => {
      const deviation = rate[side]
      if (!deviation || !isOver(deviation, bucket)) return
      if (deviation.direction === 'silence') {
        deviation.after = bucket.first
        deviation.changed = true
      }
      if (deviation.told && deviation.changed) tell(track, rate, deviation)
      if (side === 'high') rate.past = addHabit(rate.past, { time: deviation.end, size: deviation.worst.bucket.count })
      rate[side] = undefined
    }
    /** Whether a spike is another rate's to tell: a stream's rather than its source's or its templates', its errors' rather than its own. */
    const isExplained = (track: Track, rate: Rate, { time, count }: Bucket): boolean => {
      if (rate.kind === 'template') return track.spikeUntil > time
      if (rate.kind === 'all' && track.errors?.meter.start === time && track.errors.meter.count * 2 >= count)
        return true
      if (!track.whole || rate.leadCount * 2 <= count) return false
      return (tracks.get(rate.lead)?.all.meter.ring.length ?? 0) >= 12
    }
    const closed =
      (track: Track, rate: Rate) =>
      (bucket: Bucket, judgement: OddBucket['judgement'] | undefined): void => {
        const odd = judgement && { bucket, judgement, like: likeOf(rate, bucket.count) }
        const direction = odd && directionOf(odd, rate.kind, given)
        if (!odd || direction !== 'spike') rest(track, rate, 'high', bucket)
        else if (!isExplained(track, rate, bucket)) hear(track, rate, 'high', odd, direction)
        if (odd && (direction === 'drop' || direction === 'silence')) hear(track, rate, 'low', odd, direction)
        else rest(track, rate, 'low', bucket)
        if (bucket.last) rate.latest = bucket.last
        rate.leadCount = 0
        rate.leadText = ''
      }
    const count = (track: Track, rate: Rate, event: Event) =>
      countEvent(rate.meter, event, journal, listener(track, rate))
    const listener = (track: Track, rate: Rate) => {
      rate.closed ??= closed(track, rate)
      return rate.closed
    }

    const sourceOf = ({ source: name, newest }: Pick<Track, 'source' | 'newest'>): Source => {
      const known = sources.get(name)
      if (known) return known
      const source: Source = {
        tracks: new Map(),
        whole: undefined,
        newest,
        due: newest,
      }
      sources.set(name, source)
      return source
    }
    const forget = (track: Track): void => {
      followed -= ratesOf(track).length
      const source = sources.get(track.source)
      source?.tracks.delete(track.stream)
      if (source?.tracks.size !== 0) return
      if (source.whole) followed -= ratesOf(source.whole).length - 1
      sources.delete(track.source)
    }
    const remember = (track: Track): void => {
      followed += ratesOf(track).length
      const source = sources.get(track.source)
      source?.tracks.set(track.stream, track)
    }
    const begin = (event: Event, source: Source): Track => {
      const track = startTrack(event, false)
      remember(track)
      source.tracks.set(event.stream, track)
      lookSoon(track, event.time)
      const gone = tracks.set(event.stream, track)
      if (gone) {
        forget(gone.value)
        journal.note(() => {
          sourceOf(gone.value).tracks.set(gone.key, gone.value)
          tracks.set(gone.key, gone.value)
          remember(gone.value)
        })
      }
      if (source.tracks.size === 2 && !source.whole) source.whole = startTrack(event, true)
      return track
    }
    /** A rate that has just begun may be due before the others. */
    const lookSoon = (track: Track, time: number): void => {
      const source = sources.get(track.source)
      if (source) source.due = Math.min(source.due, time)
    }
    const followTemplate = (track: Track, event: Event): Rate | undefined => {
      const id = event.template?.id
      if (id === undefined) return undefined
      const candidate = track.templates.get(id)
      if (!candidate) {
        track.templates.set(id, { count: 1, rate: undefined, usedAt: event.time })
        return undefined
      }
      candidate.count++
      candidate.usedAt = event.time
      if (candidate.rate || candidate.count < followedFrom) return candidate.rate
      if (track.followed.length >= mostFollowed || followed >= given.max_series) return undefined
      const message = flatText(event.message, 200)
      candidate.rate = startRate('template', gravityOf(event), track.all.meter.width, { id, message })
      track.followed.push(candidate.rate)
      followed++
      lookSoon(track, event.time)
      return candidate.rate
    }
    const countErrors = (track: Track, event: Event): void => {
      if (!track.errors) {
        if (followed >= given.max_series && !track.whole) return
        track.errors = startRate('errors', 2, track.all.meter.width)
        followed++
        lookSoon(track, event.time)
        learnNothing(track.errors.meter, track.since, event.time, journal)
      }
      count(track, track.errors, event)
      voteFor(track, track.errors, event)
    }

    const sweep = (source: Source, time: number): void => {
      source.due = Number.POSITIVE_INFINITY
      for (const track of source.tracks.values()) source.due = Math.min(source.due, settle(track, time))
      if (source.whole) source.due = Math.min(source.due, settle(source.whole, time))
    }
    /** Ends a track's buckets that are over, and says when the next will be. */
    const settle = (track: Track, time: number): number => {
      let due = settleRate(track, track.all, time)
      if (track.errors) due = Math.min(due, settleRate(track, track.errors, time))
      for (const rate of track.followed) due = Math.min(due, settleRate(track, rate, time))
      return due
    }
    const settleRate = (track: Track, rate: Rate, time: number): number => {
      const { meter } = rate
      if (time >= meter.start + meter.width) advance(meter, time, journal, listener(track, rate))
      return Number.isNaN(meter.start) ? Number.POSITIVE_INFINITY : meter.start + meter.width
    }

    const take = (event: Event, track: Track, source: Source): void => {
      const { time } = event
      if (time > track.newest) track.newest = time
      track.usedAt = track.newest
      track.live = event.receivedAt - time < liveLag
      count(track, track.all, event)
      voteFor(track, track.all, event)
      const rate = followTemplate(track, event)
      if (rate) count(track, rate, event)
      const isError = isErrorLevel(event.fields['log.level'])
      if (isError) countErrors(track, event)
      if (source.whole) {
        count(source.whole, source.whole.all, event)
        voteFor(source.whole, source.whole.all, event)
        if (isError) countErrors(source.whole, event)
      }
      if (time > source.newest) source.newest = time
      if (source.newest - grace >= source.due) sweep(source, source.newest - grace)
    }

    const pass = (events: readonly Event[]): Detection[] => {
      journal.begin()
      found = new Map()
      let stream = ''
      let track: Track | undefined
      let source: Source | undefined
      for (const event of events) {
        if (event.stream !== stream || !track || !source) {
          stream = event.stream
          source = sourceOf({ source: event.source, newest: event.time })
          track = tracks.get(stream) ?? begin(event, source)
        }
        take(event, track, source)
      }
      if (events.length === 0) tick()
      return [...found.values()]
    }
    const tick = (): void => {
      for (const source of sources.values()) {
        for (const track of [...source.tracks.values(), ...(source.whole ? [source.whole] : [])]) {
          if (track.live) settle(track, now() - grace)
          for (const rate of ratesOf(track)) {
            const open = peek(rate.meter)
            if (open && directionOf(open, rate.kind, given) === 'spike' && !isExplained(track, rate, open.bucket)) {
              const { time, width, count } = open.bucket
              track.spikeUntil = Math.max(track.spikeUntil, time + width)
              const deviation = extend(
                rate.high && { ...rate.high },
                'spike',
                { ...open, like: likeOf(rate, count) },
                rate.latest,
              )
              if (deviation.told || isNews(rate.past, time, count)) tell(track, rate, deviation)
            }
            if (rate.high?.told && rate.high.changed) tell(track, rate, rate.high)
            if (rate.low?.changed) tell(track, rate, rate.low)
          }
        }
      }
    }

    return {
      name,
      detect(events) {
        judged = events
        return pass(events)
      },
      learn(events) {
        if (judged !== events) pass(events)
        journal.commit()
        judged = undefined
      },
      save() {
        journal.begin()
        const writer = createWriter(name, version).varint(tracks.size)
        for (const track of tracks.values()) writeTrack(writer, track)
        const wholes = [...sources.values()].flatMap(({ whole }) => whole ?? [])
        writer.varint(wholes.length)
        for (const track of wholes) writeTrack(writer, track)
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = Array.from({ length: reader.varint() }, () => readTrack(reader))
          const wholes = Array.from({ length: reader.varint() }, () => readTrack(reader))
          journal.commit()
          tracks = new BoundedMap(given.max_streams)
          sources = new Map()
          followed = 0
          for (const track of [...restored, ...wholes]) {
            const { newest } = track
            const source = sources.get(track.source) ?? {
              tracks: new Map(),
              whole: undefined,
              newest,
              due: Number.NEGATIVE_INFINITY,
            }
            source.newest = Math.max(source.newest, newest)
            sources.set(track.source, source)
            if (track.whole) source.whole = track
            else {
              tracks.set(track.stream, track)
              remember(track)
            }
          }
        })
      },
    }
  },
}

const voteFor = ({ whole }: Track, rate: Rate, event: Event): void => {
  if (whole) vote(rate, event.stream, event.stream)
  else if (event.template) vote(rate, event.template.id, event.message)
}

/** What at least a third of a bucket's events are alike in. */
const likeOf = ({ leadCount, leadText }: Rate, count: number): string | undefined =>
  leadCount * 3 >= count && leadText !== '' ? leadText.slice(0, 200) : undefined
