import { afterEach, expect, it, vi } from 'vitest'
import { isRepeated } from './repeated-hour.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it.each([
  ['Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z'],
  ['America/St_Johns', '2026-11-01T03:30:00Z', '2026-11-01T05:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T14:30:00Z', '2026-04-04T15:30:00Z'],
])('knows the hours that come twice in %s', (name, from, to) => {
  vi.stubEnv('TZ', name)
  const [first, after] = [Date.parse(from), Date.parse(to)]
  const times = [first - 1, first, after - 1, after].map(isRepeated)
  expect(times).toEqual([false, true, true, false])
})

it('knows no such hour where the clocks are turned forward, or never', () => {
  for (const name of ['Europe/Berlin', 'Asia/Kolkata', 'UTC']) {
    vi.stubEnv('TZ', name)
    for (let hour = 0; hour < 8; hour++)
      expect(isRepeated(Date.parse('2026-03-28T22:10:00Z') + hour * 3_600_000)).toBe(false)
  }
})
