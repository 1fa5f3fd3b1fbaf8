import type { Assessment } from '../../../lib/series/series.ts'
import {
  type Deviating,
  type Deviation,
  directionOf,
  extendDeviation,
  isOver,
  type ScoredBucket,
  sizeOf,
} from './deviation.ts'
import { type OnBucketEnd, peek, type RateBucket } from './meter.ts'
import { addPastAnomaly, isUnfamiliar } from './past-anomalies.ts'
import type { Rate, Track } from './track.ts'

/** A stream this old, in buckets, reports its own spikes. */
const wellKnown = 12

/** Tracks the deviations of rates and reports them. */
export interface DeviationTracker {
  /** Returns the callback for the buckets of a rate. */
  onBucketEndOf(track: Track, rate: Rate): OnBucketEnd
  /** Reports a deviation that began in an open bucket, or that has changed since the last report. */
  reportChanges(track: Track, rate: Rate): void
}

type Side = 'high' | 'low'

export const createDeviationTracker = (
  limits: Deviating,
  find: (stream: string) => Track | undefined,
  report: (track: Track, rate: Rate, deviation: Deviation) => void,
): DeviationTracker => {
  const extendRun = (
    track: Track,
    rate: Rate,
    side: Side,
    scored: ScoredBucket,
    direction: Deviation['direction'],
  ): void => {
    const deviation = extendDeviation(rate[side], direction, scored, rate.latest)
    rate[side] = deviation
    if (side === 'high') {
      track.spikeUntil = Math.max(track.spikeUntil, deviation.end)
      deviation.reported ||= isUnfamiliar(rate.past, deviation.start, deviation.worst.bucket.count)
    } else deviation.reported = true
    if (!deviation.reported || sizeOf(deviation) < deviation.nextSize) return
    deviation.nextSize = 2 * Math.max(1, sizeOf(deviation))
    report(track, rate, deviation)
  }

  const endIfOver = (track: Track, rate: Rate, side: Side, bucket: RateBucket): void => {
    const deviation = rate[side]
    if (!deviation || !isOver(deviation, bucket)) return
    if (deviation.direction === 'silence') {
      deviation.after = bucket.first
      deviation.changed = true
    }
    if (deviation.reported && deviation.changed) report(track, rate, deviation)
    if (side === 'high')
      rate.past = addPastAnomaly(rate.past, { time: deviation.end, size: deviation.worst.bucket.count })
    rate[side] = undefined
  }

  /** Whether another rate reports the spike: a stream for its source and templates, errors for their stream. */
  const isExplained = (track: Track, rate: Rate, { time, count }: RateBucket): boolean => {
    if (rate.kind === 'template') return track.spikeUntil > time
    const { errors } = track
    if (rate.kind === 'all' && errors?.meter.start === time && errors.meter.count * 2 >= count) return true
    if (!track.whole || rate.leadCount * 2 <= count) return false
    return (find(rate.lead)?.all.meter.ring.times.length ?? 0) >= wellKnown
  }

  const check = (track: Track, rate: Rate, bucket: RateBucket, assessment: Assessment | undefined): void => {
    const scored = assessment && { bucket, assessment, like: likeOf(rate, bucket.count) }
    const direction = scored && directionOf(scored, rate.kind, limits, rate.high !== undefined)
    if (!scored || direction !== 'spike') endIfOver(track, rate, 'high', bucket)
    else if (!isExplained(track, rate, bucket)) extendRun(track, rate, 'high', scored, direction)
    if (scored && (direction === 'drop' || direction === 'silence')) extendRun(track, rate, 'low', scored, direction)
    else endIfOver(track, rate, 'low', bucket)
    if (bucket.last) rate.latest = bucket.last
    rate.leadCount = 0
    rate.leadText = ''
  }

  // A separate function, because a function that creates closures allocates at every call.
  const createListener = (track: Track, rate: Rate): OnBucketEnd => {
    rate.onBucketEnd = (bucket, assessment) => check(track, rate, bucket, assessment)
    return rate.onBucketEnd
  }

  return {
    onBucketEndOf: (track, rate) => rate.onBucketEnd ?? createListener(track, rate),
    reportChanges(track, rate) {
      const open = peek(rate.meter)
      if (
        open &&
        directionOf(open, rate.kind, limits, rate.high !== undefined) === 'spike' &&
        !isExplained(track, rate, open.bucket)
      ) {
        const { time, width, count } = open.bucket
        track.spikeUntil = Math.max(track.spikeUntil, time + width)
        const scored = { ...open, like: likeOf(rate, count) }
        // The bucket is still open, so extend a copy.
        const deviation = extendDeviation(rate.high && { ...rate.high }, 'spike', scored, rate.latest)
        if (deviation.reported || isUnfamiliar(rate.past, time, count)) report(track, rate, deviation)
      } else if (rate.high?.reported && rate.high.changed) report(track, rate, rate.high)
      if (rate.low?.changed) report(track, rate, rate.low)
    },
  }
}

/** Returns the text that at least a third of a bucket's events have in common. */
const likeOf = ({ leadCount, leadText }: Rate, count: number): string | undefined =>
  leadCount * 3 >= count && leadText !== '' ? leadText.slice(0, 200) : undefined
