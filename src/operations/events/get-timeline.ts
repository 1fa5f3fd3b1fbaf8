import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { timeRange } from '../paging.ts'
import { parseTimeRange } from '../time.ts'
import { toBuckets, toGrid, toLanes, usualSince } from './timeline.ts'

const mostLanes = 8
/** Above this number, only the highest-scored detections are drawn. */
const mostSpans = 5_000

const timeline = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    /** The length of a bucket, in ms. */
    bucket_ms: z.int(),
    /** The start of the counts; null if there are no events. */
    counted_since: z.iso.datetime().nullable(),
    /** From the first known one; a bucket without events is a silence. */
    buckets: z.array(
      z.object({
        time: z.iso.datetime(),
        error: z.int(),
        warning: z.int(),
        /** Lines of lower or no level. */
        other: z.int(),
        /** The usual range at this time of day; null with too few earlier days. */
        usual_low: z.int().nullable(),
        usual_high: z.int().nullable(),
      }),
    ),
    /** The most anomalous streams, with cells only where there were anomalies. */
    lanes: z.array(
      z.object({
        stream: z.string(),
        cells: z.array(
          z.object({
            time: z.iso.datetime(),
            /** The highest detection score, 0–100. */
            score: z.int(),
            detections: z.int(),
            /** Whether every anomaly is a drop in volume or silence. */
            fewer: z.boolean(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Timeline' })

export const getTimeline = defineOperation({
  name: 'get_timeline',
  summary: 'Counts events over time with the usual range, and lists the anomalous streams.',
  role: 'viewer',
  input: z.strictObject({
    from: timeRange.from.default('now-24h'),
    to: timeRange.to.default('now'),
    buckets: z.int().min(1).max(500).default(120).describe('The maximum number of buckets.'),
  }),
  output: timeline,
  async run({ buckets: most, ...span }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const { from = 0, to = 0 } = parseTimeRange(span, now())
    if (from >= to) {
      throw new AppError('INVALID_REQUEST', 'The range ends before it begins.', {
        errors: [{ path: 'to', message: 'is not after from' }],
      })
    }
    const grid = toGrid(from, to, most)
    const [rows, countedSince, spans] = await Promise.all([
      store.events.volume({ ...grid, from: usualSince(grid) }),
      store.events.countedSince(),
      store.detections.oddest({ from: grid.from, to: grid.to - 1, limit: mostSpans }),
    ])
    return {
      from: iso(grid.from),
      to: iso(grid.to),
      bucket_ms: grid.bucket,
      counted_since: countedSince === undefined ? null : iso(countedSince),
      buckets: toBuckets(grid, rows, countedSince).map(({ time, usualLow, usualHigh, ...volume }) => ({
        time: iso(time),
        ...volume,
        usual_low: usualLow,
        usual_high: usualHigh,
      })),
      lanes: toLanes(grid, spans, mostLanes).map(({ stream, cells }) => ({
        stream,
        cells: cells.map(({ time, score, count, fewer }) => ({ time: iso(time), score, detections: count, fewer })),
      })),
    }
  },
})

const iso = (time: number): string => new Date(time).toISOString()
