import { describe, expect, it } from 'vitest'
import { day, hour, minute } from '../../../lib/units/time.ts'
import { ClockDays, clockOf, dateClocks, readClocks } from './clock-days.ts'

const midnight = Date.UTC(2026, 6, 20)
const clock = (time: number) => new Date(time).toISOString().slice(11, 23)

/** Lines every `step` ms, from a time of day on. */
const lines = (from: number, count: number, step: number) =>
  Array.from({ length: count }, (_, i) => `${clock(from + i * step)} [main] INFO  a.B - up`)

const read = (texts: readonly string[]) =>
  readClocks(
    (async function* () {
      yield texts.map((text) => ({ text }))
    })(),
    (text) => text.startsWith('20'),
  )

describe('the clock at the start of a line', () => {
  it.each([
    ['10:15:30.123 [main] ERROR a.B - down', 36_930_123],
    ['10:15:30,5 - app - ERROR - down', 36_930_500],
    ['10:15:30 fail: Shop.Orders[12]', 36_930_000],
    ['[10:15:30 ERR] down', 36_930_000],
    ['[10:15:30] down', 36_930_000],
  ])('is read: %s', (text, time) => expect(clockOf(text)).toBe(time))

  it.each([
    '2026-07-20 10:15:30 down',
    '25:15:30 down',
    '10:15 down',
    'at 10:15:30 down',
    '10:15:30Z down',
    '10:15:300 x',
  ])('is not read: %s', (text) => expect(clockOf(text)).toBeUndefined())
})

describe('the days of clocks', () => {
  it('change at midnight and overnight, not at the end of summer time, nor by late lines', () => {
    const days = new ClockDays()
    const of = (text: string) => (days.midnightOf(`${text} x`) ?? Number.NaN) / day
    expect(['22:00:00', '23:59:59', '00:00:01', '23:59:59', '00:00:02'].map(of)).toEqual([0, 0, 1, 0, 1])
    expect(['02:59:59', '02:00:00', '18:00:00', '08:00:00'].map(of)).toEqual([1, 1, 1, 2])
  })
})

describe('the clocks of a file', () => {
  it('are those of most lines', async () => {
    const own = lines(midnight + 23 * hour, 100, minute)
    const traced = own.flatMap((line, i) => (i % 3 === 0 ? [line, 'java.lang.Error: down'] : [line]))
    expect(await read(traced)).toMatchObject({ first: 23 * hour })
    expect((await read(traced))?.last.at(-1)).toBe(23 * hour + 99 * minute)
  })

  it.each([
    ['dated lines', Array.from({ length: 60 }, (_, i) => `2026-07-20 10:00:${String(i).padStart(2, '0')} up`)],
    [
      'a mixture with dated lines',
      lines(midnight, 60, minute).flatMap((line, i) => (i % 9 ? [line] : [line, '2026-07-20 x'])),
    ],
    ['durations', Array.from({ length: 90 }, (_, i) => `00:0${(i * 7) % 10}:03.201 INFO took that long`)],
    ['few lines', lines(midnight + hour, 10, minute)],
    ['text', Array.from({ length: 90 }, () => 'a song')],
  ])('are unknown for %s', async (_what, texts) => expect(await read(texts)).toBeUndefined())
})

describe('the date of a file without dates', () => {
  const clocks = (from: number, end: number) => ({
    first: from,
    last: Array.from({ length: 40 }, (_, i) => end - (39 - i) * 20_000),
  })
  const noon = midnight + 12 * hour
  const created = noon - 9 * day

  it('is the day of the last write, or the day before', () => {
    const morning = clocks(8 * hour, 11 * hour)
    expect(dateClocks(morning, { created, modified: noon + 5 * minute })).toEqual({ midnight, zoneMinutes: undefined })
    const evening = clocks(8 * hour, 13 * hour)
    expect(dateClocks(evening, { created, modified: noon + 5 * minute })?.midnight).toBe(midnight - day)
    expect(dateClocks(clocks(8 * hour, 2 * day + 11 * hour), { created, modified: noon + 5 * minute })?.midnight).toBe(
      midnight - 2 * day,
    )
  })

  it.each([120, -300, 330, 780])('has the zone that the last write proves: %i', (east) => {
    const local = noon + east * minute
    const end = local - Math.floor(local / day) * day + 3 * day
    const found = dateClocks(clocks(end - 2 * hour, end), { created, modified: noon + 300 })
    expect(found).toEqual({ midnight: local - end, zoneMinutes: east })
    expect(dateClocks(clocks(end - 2 * hour, end), { created, modified: noon + 300 }, east)).toEqual({
      midnight: local - end,
    })
  })

  it('is unknown for clocks from zero on, unless they end at the last write', () => {
    expect(dateClocks(clocks(3_000, 2 * hour), { created, modified: noon + 5 * minute })).toBeUndefined()
    expect(dateClocks(clocks(3_000, 12 * hour), { created, modified: noon + 400 })?.midnight).toBe(midnight)
  })
})
