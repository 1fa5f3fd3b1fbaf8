import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutYear } from './calendar.ts'

const arrival = fc.date({ min: new Date(0), max: new Date(Date.UTC(2400, 0)), noInvalidDate: true })
const dayMs = 86_400_000

describe('withoutYear', () => {
  it('finds the latest date that is not in the future, whenever the lines before arrived', () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 2, maxLength: 20 }), (arrivals) => {
        for (const arrived of arrivals) {
          const latest = arrived.getTime() + dayMs
          const year = new Date(latest).getUTCFullYear()
          const thisYear = Date.UTC(year, 5, 15)
          const expected = thisYear <= latest ? thisYear : Date.UTC(year - 1, 5, 15)
          expect(withoutYear(6, 15, 0, { receivedAt: arrived.getTime() })).toBe(expected)
        }
      }),
    )
  })

  it('knows the bounds of years', () => {
    for (const year of [2023, 2024, 2025, 2024, 2100, 2023]) {
      const firstOf = Date.UTC(year, 0, 1)
      const at = (receivedAt: number) => withoutYear(1, 1, 0, { receivedAt })
      expect(at(firstOf - dayMs)).toBe(firstOf)
      expect(at(firstOf - dayMs - 1)).toBe(Date.UTC(year - 1, 0, 1))
      expect(at(firstOf)).toBe(firstOf)
    }
  })
})
