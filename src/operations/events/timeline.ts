import { day, hour, week } from '../../lib/units/time.ts'
import { addVolume, type EventVolume, noVolume, volumeOf, volumeSlot } from '../../schema/event/event-volume.ts'
import type { DetectionSpan } from '../../store/alerts/detections.ts'
import type { VolumeRow } from '../../store/events/event-counts.ts'

const widths = [volumeSlot, 3 * volumeSlot, 6 * volumeSlot, hour, 3 * hour, 6 * hour, 12 * hour, day, week]
/** The maximum and minimum number of earlier days for the usual range. */
const mostDays = 14
const fewestDays = 3

/** A span cut into equal buckets; its ends are extended to bucket borders. Times in ms. */
export interface Grid {
  readonly from: number
  readonly to: number
  readonly bucket: number
}

/** Cuts a span into buckets of a round length, at most so many. */
export const toGrid = (from: number, to: number, most: number): Grid => {
  const bucket = widths.find((width) => (to - from) / width <= most) ?? Math.ceil((to - from) / most / day) * day
  return { from: Math.floor(from / bucket) * bucket, to: Math.ceil(Math.max(to, from + 1) / bucket) * bucket, bucket }
}

/** The earliest time whose counts are needed for the usual range of a grid. */
export const usualSince = ({ from, bucket }: Grid): number => (bucket < day ? from - mostDays * day : from)

export interface TimelineBucket extends EventVolume {
  readonly time: number
  /** The usual range at this time of day. Null with too few earlier days. */
  readonly usualLow: number | null
  readonly usualHigh: number | null
}

/**
 * Fills a grid with counts. Skips buckets before the first count, because an empty bucket means silence. The usual
 * range is the 10th to the 90th percentile of the same time of day on up to 14 earlier days.
 */
export const toBuckets = (
  grid: Grid,
  rows: readonly VolumeRow[],
  countedSince: number | undefined,
): TimelineBucket[] => {
  if (countedSince === undefined) return []
  const known = new Map(rows.map((row) => [row.time, row]))
  const start = Math.floor((countedSince - grid.from) / grid.bucket) * grid.bucket + grid.from
  const first = Math.max(grid.from, start)
  const buckets: TimelineBucket[] = []
  for (let time = first; time < grid.to; time += grid.bucket) {
    const { error, warning, other } = addVolume(known.get(time) ?? noVolume, noVolume)
    buckets.push({ time, error, warning, other, ...usualAt(time, grid.bucket, known, countedSince) })
  }
  return buckets
}

const usualAt = (
  time: number,
  bucket: number,
  known: ReadonlyMap<number, EventVolume>,
  countedSince: number,
): { usualLow: number | null; usualHigh: number | null } => {
  const totals: number[] = []
  for (let back = 1; bucket < day && back <= mostDays; back++) {
    const then = time - back * day
    // The first bucket is incomplete.
    if (then > countedSince) totals.push(volumeOf(known.get(then) ?? noVolume))
  }
  if (totals.length < fewestDays) return { usualLow: null, usualHigh: null }
  totals.sort((a, b) => a - b)
  return { usualLow: Math.floor(quantile(totals, 0.1)), usualHigh: Math.ceil(quantile(totals, 0.9)) }
}

/** Interpolates linearly between two values. */
const quantile = (sorted: readonly number[], share: number): number => {
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? 0
  const above = sorted[Math.ceil(place)] ?? below
  return below + (above - below) * (place - Math.floor(place))
}

export interface Lane {
  readonly stream: string
  /** Only anomalous buckets: time, highest score (0–100) and number of detections. */
  readonly cells: readonly Cell[]
}

interface Cell {
  readonly time: number
  readonly score: number
  readonly count: number
  /** Whether every anomaly is a drop in volume. */
  readonly fewer: boolean
}

/** Builds the lanes of the most anomalous streams, up to a maximum. */
export const toLanes = (grid: Grid, spans: readonly DetectionSpan[], most: number): Lane[] => {
  const lanes = new Map<string, Map<number, Omit<Cell, 'time'>>>()
  for (const { stream, score, fewer, firstSeen, lastSeen } of spans) {
    const cells = lanes.get(stream) ?? new Map<number, Omit<Cell, 'time'>>()
    lanes.set(stream, cells)
    const begin = Math.max(grid.from, grid.from + Math.floor((firstSeen - grid.from) / grid.bucket) * grid.bucket)
    for (let time = begin; time <= Math.min(lastSeen, grid.to - 1); time += grid.bucket) {
      const cell = cells.get(time) ?? { score: 0, count: 0, fewer: true }
      cells.set(time, {
        score: Math.max(cell.score, score),
        count: cell.count + 1,
        fewer: cell.fewer && fewer,
      })
    }
  }
  const sum = ({ cells }: Lane) => cells.reduce((total, { score }) => total + score, 0)
  const peak = ({ cells }: Lane) => Math.max(0, ...cells.map(({ score }) => score))
  return [...lanes]
    .map(([stream, cells]) => ({
      stream,
      cells: [...cells].map(([time, cell]) => ({ time, ...cell })).toSorted((a, b) => a.time - b.time),
    }))
    .filter(({ cells }) => cells.length > 0)
    .toSorted((a, b) => peak(b) - peak(a) || sum(b) - sum(a) || (a.stream < b.stream ? -1 : 1))
    .slice(0, most)
}
