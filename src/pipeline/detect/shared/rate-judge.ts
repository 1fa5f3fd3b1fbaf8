import type { Judgement } from '../../../lib/series/series.ts'
import type { Rate, Track } from '../baseline/track.ts'
import { type Deviating, type Deviation, directionOf, extend, isOver, type OddBucket, sizeOf } from './deviation.ts'
import { addHabit, isNews } from './habit.ts'
import { type Bucket, type Closed, peek } from './meter.ts'

/** A stream that is known for this many buckets tells its own spikes. */
const wellKnown = 12

/** Follows what deviates, rate by rate, and says when it is to be told. */
export interface RateJudge {
  /** Who hears of a rate's buckets. */
  closedOf(track: Track, rate: Rate): Closed
  /** Tells what has begun in an open bucket, and what has changed since it was told. */
  look(track: Track, rate: Rate): void
}

type Side = 'high' | 'low'

export const createRateJudge = (
  limits: Deviating,
  find: (stream: string) => Track | undefined,
  tell: (track: Track, rate: Rate, deviation: Deviation) => void,
): RateJudge => {
  const hear = (track: Track, rate: Rate, side: Side, odd: OddBucket, direction: Deviation['direction']): void => {
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

  const rest = (track: Track, rate: Rate, side: Side, bucket: Bucket): void => {
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

  /** Whether a spike is another's to tell: a stream's before its source's and its templates', its errors' before its own. */
  const isExplained = (track: Track, rate: Rate, { time, count }: Bucket): boolean => {
    if (rate.kind === 'template') return track.spikeUntil > time
    const { errors } = track
    if (rate.kind === 'all' && errors?.meter.start === time && errors.meter.count * 2 >= count) return true
    if (!track.whole || rate.leadCount * 2 <= count) return false
    return (find(rate.lead)?.all.meter.ring.length ?? 0) >= wellKnown
  }

  const judge = (track: Track, rate: Rate, bucket: Bucket, judgement: Judgement | undefined): void => {
    const odd = judgement && { bucket, judgement, like: likeOf(rate, bucket.count) }
    const direction = odd && directionOf(odd, rate.kind, limits, rate.high !== undefined)
    if (!odd || direction !== 'spike') rest(track, rate, 'high', bucket)
    else if (!isExplained(track, rate, bucket)) hear(track, rate, 'high', odd, direction)
    if (odd && (direction === 'drop' || direction === 'silence')) hear(track, rate, 'low', odd, direction)
    else rest(track, rate, 'low', bucket)
    if (bucket.last) rate.latest = bucket.last
    rate.leadCount = 0
    rate.leadText = ''
  }

  // On its own, because a function that makes a closure takes memory at every call.
  const listen = (track: Track, rate: Rate): Closed => {
    rate.closed = (bucket, judgement) => judge(track, rate, bucket, judgement)
    return rate.closed
  }

  return {
    closedOf: (track, rate) => rate.closed ?? listen(track, rate),
    look(track, rate) {
      const open = peek(rate.meter)
      if (
        open &&
        directionOf(open, rate.kind, limits, rate.high !== undefined) === 'spike' &&
        !isExplained(track, rate, open.bucket)
      ) {
        const { time, width, count } = open.bucket
        track.spikeUntil = Math.max(track.spikeUntil, time + width)
        const odd = { ...open, like: likeOf(rate, count) }
        // The bucket is not over, so what is known of the spike stays as it is.
        const deviation = extend(rate.high && { ...rate.high }, 'spike', odd, rate.latest)
        if (deviation.told || isNews(rate.past, time, count)) tell(track, rate, deviation)
      } else if (rate.high?.told && rate.high.changed) tell(track, rate, rate.high)
      if (rate.low?.changed) tell(track, rate, rate.low)
    },
  }
}

/** What at least a third of a bucket's events are alike in. */
const likeOf = ({ leadCount, leadText }: Rate, count: number): string | undefined =>
  leadCount * 3 >= count && leadText !== '' ? leadText.slice(0, 200) : undefined
