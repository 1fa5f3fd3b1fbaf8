import { expect, it } from 'vitest'
import { isAfter, isBefore, parseTime, parseTimeRange } from './time.ts'

const now = Date.UTC(2024, 11, 10, 12)

it('parses times and expands imprecise ones to a range', () => {
  expect(parseTime('now-24h', now)).toBe(now - 86_400_000)
  expect(parseTimeRange({ from: '2024-12-10', to: '2024-12-10' }, now)).toEqual({
    from: Date.UTC(2024, 11, 10),
    to: Date.UTC(2024, 11, 11) - 1,
  })
  expect(parseTimeRange({}, now)).toEqual({ from: undefined, to: undefined })
})

it('names the time that it could not parse', () => {
  expect(() => parseTimeRange({ to: 'tomorrow' }, now)).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', errors: [expect.objectContaining({ path: 'to' })] }),
  )
})

it('rejects a range that ends before it begins', () => {
  expect(() => parseTimeRange({ from: 'now', to: 'now-1h' }, now)).toThrow('ends before it begins')
  expect(parseTimeRange({ from: 'now', to: 'now' }, now)).toEqual({ from: now, to: now })
})

it.each(['2024-12-10T12:00:00.000Z', '2024-12-10T12:00:00Z', '2024-12-10T13:00:00+01:00'])('compares %s', (iso) => {
  expect([now - 1, now, now + 1].map((moment) => isAfter(moment)(iso))).toEqual([true, false, false])
  expect([now - 1, now, now + 1].map((moment) => isBefore(moment)(iso))).toEqual([false, false, true])
})
