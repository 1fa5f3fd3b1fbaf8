import fc from 'fast-check'
import { expect, it } from 'vitest'
import { floorPercent, percent, plural, wholePercent } from './number.ts'

it('formats a number with its noun', () => {
  expect([0, 1, 2, 1234].map((count) => plural(count, 'line'))).toEqual(['0 lines', '1 line', '2 lines', '1,234 lines'])
  expect(plural(2, 'address', 'addresses')).toBe('2 addresses')
})

it.each([
  [0, '0 %', '0.0 %'],
  [0.000_001, '0 %', '0.001 %'],
  [0.0005, '0 %', '0.05 %'],
  [0.045, '5 %', '4.5 %'],
  [0.9985, '100 %', '99.85 %'],
  [0.999_999, '100 %', '99.999 %'],
  [1, '100 %', '100 %'],
])('formats the share %s as %s, or rounded down as %s', (share, whole, floor) => {
  expect([wholePercent(share), floorPercent(share)]).toEqual([whole, floor])
})

it('shows 100 % only for a full share, if it rounds down', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (share) => {
      expect(Number.parseFloat(floorPercent(share))).toBeLessThan(100)
    }),
  )
})

it('keeps two digits of a probability', () => {
  expect([0.45, 0.045, 0.0005].map(percent)).toEqual(['45 %', '4.5 %', '0.05 %'])
})
