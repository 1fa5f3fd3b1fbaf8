import type { Judgement } from '../../../lib/series/series.ts'
import type { Sample } from './evidence.ts'
import type { Bucket } from './meter.ts'

/** This many ordinary buckets end a deviation. */
const restBuckets = 2
const minute = 60_000
/** A silence shorter than this is a pause. */
const leastSilence = 5 * minute

export type Direction = 'spike' | 'drop' | 'silence'

/** A bucket with what was usual in it. */
export interface OddBucket {
  readonly bucket: Bucket
  readonly judgement: Judgement
  /** What many of its events are alike in. */
  readonly like: string | undefined
}

/** A run of buckets with too many events or too few. */
export interface Deviation {
  direction: Direction
  readonly start: number
  end: number
  /** How many events it covers, and how many were due. */
  total: number
  due: number
  buckets: number
  /** Its oddest bucket; of those that are as odd, the largest. */
  worst: OddBucket
  /** The last event before it, and, once it is over, the first after. */
  readonly before: Sample | undefined
  after: Sample | undefined
  readonly learning: boolean
  /** Whether it is told: not when its like comes all the time. */
  told: boolean
  nextSize: number
  changed: boolean
}

export interface Deviating {
  /** The least score that counts as odd. */
  readonly threshold: number
  /** Fewer events than this in a bucket are no spike; half of it, when they are errors. */
  readonly least: number
}

/**
 * Says in which direction a bucket is odd enough to be told; undefined when it is ordinary. While a spike goes on (`ongoing`), half as odd
 * is enough, whatever its size: what is usual has begun to follow it, and where the clock cuts it in two says nothing of how large it is.
 */
export const directionOf = (
  { bucket, judgement }: Pick<OddBucket, 'bucket' | 'judgement'>,
  kind: 'all' | 'errors' | 'template',
  { threshold, least }: Deviating,
  ongoing = false,
): Direction | undefined => {
  const { score, expected, expectedHigh, expectedLow, direction, learning, quiet } = judgement
  const { count, width } = bucket
  if (ongoing && !learning && direction === 'spike' && score >= threshold / 2 && count > expectedHigh) return 'spike'
  // What is half known must be far out.
  if (score < (learning ? Math.max(threshold, 0.9) : threshold)) return undefined
  if (direction === 'spike')
    return count >= Math.max(kind === 'errors' ? least / 2 : least, 2 * expectedHigh, expectedHigh + 5)
      ? 'spike'
      : undefined
  if (kind !== 'all' || learning) return undefined
  if (direction === 'silence') return quiet * width >= leastSilence && quiet >= 2 ? 'silence' : undefined
  return direction === 'drop' && count <= expected / 2 && expectedLow >= 5 ? 'drop' : undefined
}

/** Begins a deviation with its first bucket, or goes on with it. */
export const extend = (
  deviation: Deviation | undefined,
  direction: Direction,
  odd: OddBucket,
  before: Sample | undefined,
): Deviation => {
  const { bucket, judgement } = odd
  const end = bucket.time + bucket.width
  if (!deviation) {
    // A silence began when the last event was heard, which is some buckets ago.
    const start = direction === 'silence' ? end - judgement.quiet * bucket.width : bucket.time
    return {
      direction,
      start,
      end,
      total: bucket.count,
      due: direction === 'silence' ? judgement.quiet * judgement.expected : judgement.expected,
      buckets: direction === 'silence' ? judgement.quiet : 1,
      worst: odd,
      before,
      after: undefined,
      learning: judgement.learning,
      told: false,
      nextSize: 0,
      changed: true,
    }
  }
  deviation.end = end
  deviation.total += bucket.count
  deviation.due += judgement.expected
  deviation.buckets++
  deviation.changed = true
  if (direction === 'silence') deviation.direction = 'silence'
  if (isWorse(odd, deviation.worst)) deviation.worst = odd
  return deviation
}

const isWorse = (a: OddBucket, b: OddBucket): boolean =>
  a.judgement.score > b.judgement.score || (a.judgement.score === b.judgement.score && a.bucket.count > b.bucket.count)

/** Whether a deviation is over, with an ordinary bucket at hand. */
export const isOver = (deviation: Deviation, { time, width, count }: Bucket): boolean =>
  deviation.direction === 'silence' ? count > 0 : time - deviation.end >= restBuckets * width

/** How large it is, so that it is told again when it has doubled. */
export const sizeOf = ({ direction, total, buckets }: Deviation): number => (direction === 'spike' ? total : buckets)
