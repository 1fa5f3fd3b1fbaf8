import { expect, it } from 'vitest'
import { noVolume, volumeSlot } from '../../schema/event/event-volume.ts'
import { toBuckets, toGrid, toLanes, usualSince } from './timeline.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.UTC(2026, 10, 16)
const row = (time: number, other: number) => ({ ...noVolume, time, other })

it('cuts a span into round buckets that cover it', () => {
  const f = (length: number, most: number) => {
    const { from, to, bucket } = toGrid(start + 7 * minute, start + 7 * minute + length, most)
    return [(from - start) / minute, (to - start) / minute, bucket / minute]
  }
  expect(f(hour, 120)).toEqual([5, 70, 5])
  expect(f(day, 120)).toEqual([0, 24 * 60 + 15, 15])
  expect(f(7 * day, 120)).toEqual([0, 7 * 24 * 60 + 180, 180])
  // Longer than any width is meant for: whole days.
  expect(f(4000 * day, 100)[2]).toBe(40 * 24 * 60)
  expect(f(0, 10)).toEqual([5, 10, 5])
})

it('distinguishes silence from the time before the first count', () => {
  const grid = { from: start, to: start + hour, bucket: volumeSlot }
  expect(toBuckets(grid, [], undefined)).toEqual([])
  const counted = [row(start + 30 * minute, 4), row(start + 40 * minute, 2)]
  const buckets = toBuckets(grid, counted, start + 30 * minute)
  expect(buckets.map(({ time, other }) => [(time - start) / minute, other])).toEqual([
    [30, 4],
    [35, 0],
    [40, 2],
    [45, 0],
    [50, 0],
    [55, 0],
  ])
})

it('takes for usual what most of the days before had at the same time', () => {
  const grid = { from: start, to: start + 2 * hour, bucket: hour }
  expect(usualSince(grid)).toBe(start - 14 * day)
  const before = [100, 110, 90, 105, 95, 5000].map((count, back) => row(start - (back + 1) * day, count))
  const [now, next] = toBuckets(grid, [...before, row(start, 700)], start - 7 * day)
  // Of the seven days, one was silent... but counting began in that one.
  expect(now).toMatchObject({ other: 700, usualLow: 92, usualHigh: 2555 })
  expect(next).toMatchObject({ other: 0, usualLow: 0, usualHigh: 0 })
  // Two days are too few to say anything.
  expect(toBuckets(grid, before, start - 3 * day)[0]).toMatchObject({ usualLow: null, usualHigh: null })
  expect(toBuckets({ from: start, to: start + 2 * day, bucket: day }, before, start - 7 * day)[0]).toMatchObject({
    usualLow: null,
  })
})

it('draws a detection in every bucket that it overlaps, the most anomalous streams first', () => {
  const grid = { from: start, to: start + hour, bucket: 15 * minute }
  const span = (stream: string, score: number, from: number, to: number, fewer = false) => ({
    ...{ id: `${stream} ${from}`, severity: 'low', stream, score, fewer },
    firstSeen: start + from * minute,
    lastSeen: start + to * minute,
  })
  const spans = [
    span('auth/sshd', 40, -20, 16),
    span('auth/sshd', 90, 16, 17),
    span('web', 95, 59, 80, true),
    span('auth/sshd', 20, 2, 4, true),
    span('cron', 10, 20, 20),
  ]
  const lanes = toLanes(grid, spans, 2).map(({ stream, cells }) => [
    stream,
    cells.map(({ time, score, count, fewer }) => [(time - start) / minute, score, count, fewer]),
  ])
  expect(lanes).toEqual([
    ['web', [[45, 95, 1, true]]],
    [
      'auth/sshd',
      [
        [0, 40, 2, false],
        [15, 90, 2, false],
      ],
    ],
  ])
})
