import type { Assessment } from '../../../lib/series/series.ts'
import { minute } from '../../../lib/units/time.ts'
import type { EventSample } from '../shared/evidence.ts'
import type { RateBucket } from './meter.ts'

/** How many normal buckets end a deviation. */
const restBuckets = 2
/** A shorter silence is only a pause. */
const leastSilence = 5 * minute

export type DeviationDirection = 'spike' | 'drop' | 'silence'

/** A bucket with its score. */
export interface ScoredBucket {
  readonly bucket: RateBucket
  readonly assessment: Assessment
  /** The text that many of its events have in common. */
  readonly like: string | undefined
}

/** A run of buckets with too many or too few events. */
export interface Deviation {
  direction: DeviationDirection
  readonly start: number
  end: number
  /** The number of events, and the expected number. */
  total: number
  expected: number
  buckets: number
  /** The most unusual bucket, or the largest of several. */
  worst: ScoredBucket
  /** The last event before the deviation and, once it is over, the first one after. */
  readonly before: EventSample | undefined
  after: EventSample | undefined
  readonly learning: boolean
  /** Whether the deviation is reported. A familiar one is not. */
  reported: boolean
  nextSize: number
  changed: boolean
}

export interface Deviating {
  /** The minimum score of an unusual bucket. */
  readonly threshold: number
  /** The minimum number of events in a spike; half as many for errors. */
  readonly least: number
}

/**
 * Returns the direction in which a bucket deviates enough to be reported; undefined for a normal bucket. During a spike (`ongoing`) half
 * the score is enough, whatever the size: the baseline has begun to follow the spike, and bucket limits cut it arbitrarily.
 */
export const directionOf = (
  { bucket, assessment }: Pick<ScoredBucket, 'bucket' | 'assessment'>,
  kind: 'all' | 'errors' | 'template',
  { threshold, least }: Deviating,
  ongoing = false,
): DeviationDirection | undefined => {
  const { score, expected, expectedHigh, expectedLow, direction, learning, quiet } = assessment
  const { count, width } = bucket
  if (ongoing && !learning && direction === 'spike' && score >= threshold / 2 && count > expectedHigh) return 'spike'
  // While still learning, only extreme values count.
  if (score < (learning ? Math.max(threshold, 0.9) : threshold)) return undefined
  if (direction === 'spike')
    return count >= Math.max(kind === 'errors' ? least / 2 : least, 2 * expectedHigh, expectedHigh + 5)
      ? 'spike'
      : undefined
  if (kind !== 'all' || learning) return undefined
  if (direction === 'silence') return quiet * width >= leastSilence && quiet >= 2 ? 'silence' : undefined
  return direction === 'drop' && count <= expected / 2 && expectedLow >= 5 ? 'drop' : undefined
}

/** Starts a deviation with its first bucket, or extends it. */
export const extendDeviation = (
  deviation: Deviation | undefined,
  direction: DeviationDirection,
  scored: ScoredBucket,
  before: EventSample | undefined,
): Deviation => {
  const { bucket, assessment } = scored
  const end = bucket.time + bucket.width
  if (!deviation) {
    // A silence starts at the last event, some buckets ago.
    const start = direction === 'silence' ? end - assessment.quiet * bucket.width : bucket.time
    return {
      direction,
      start,
      end,
      total: bucket.count,
      expected: direction === 'silence' ? assessment.quiet * assessment.expected : assessment.expected,
      buckets: direction === 'silence' ? assessment.quiet : 1,
      worst: scored,
      before,
      after: undefined,
      learning: assessment.learning,
      reported: false,
      nextSize: 0,
      changed: true,
    }
  }
  deviation.end = end
  deviation.total += bucket.count
  deviation.expected += assessment.expected
  deviation.buckets++
  deviation.changed = true
  if (direction === 'silence') deviation.direction = 'silence'
  if (isWorse(scored, deviation.worst)) deviation.worst = scored
  return deviation
}

const isWorse = (a: ScoredBucket, b: ScoredBucket): boolean =>
  a.assessment.score > b.assessment.score ||
  (a.assessment.score === b.assessment.score && a.bucket.count > b.bucket.count)

/** Whether a normal bucket ends a deviation. */
export const isOver = (deviation: Deviation, { time, width, count }: RateBucket): boolean =>
  deviation.direction === 'silence' ? count > 0 : time - deviation.end >= restBuckets * width

/** Returns the size of a deviation. A deviation is reported again when its size has doubled. */
export const sizeOf = ({ direction, total, buckets }: Deviation): number => (direction === 'spike' ? total : buckets)
