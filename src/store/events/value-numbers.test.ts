import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { type PlainValue, ValueNumbers } from './value-numbers.ts'

/** Numbers values as a block does: a new one gets the next number. */
const numberAll = (values: readonly PlainValue[]): { numbers: number[]; list: PlainValue[] } => {
  const table = new ValueNumbers()
  const list: PlainValue[] = []
  const numbers = values.map((value) => {
    const number = table.numberOf(value, list)
    if (number === list.length) list.push(value)
    return number
  })
  return { numbers, list }
}

describe('ValueNumbers', () => {
  it('numbers values as a Map does', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.integer({ min: -50, max: 1e12 }),
      fc.boolean(),
      fc.constantFrom('1', 1, true, 'true', 2 ** 32, 2 ** 32 + 1, 0.5, 1.5, Number.POSITIVE_INFINITY),
    )
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), (values) => {
        const known = new Map<PlainValue, number>()
        const expected = values.map((one) => {
          if (!known.has(one)) known.set(one, known.size)
          return known.get(one)
        })
        expect(numberAll(values.map((one) => (Object.is(one, -0) ? 0 : one))).numbers).toEqual(expected)
      }),
      { numRuns: runs(100) },
    )
  })

  it('stores a value again where too many others have its hash', () => {
    const alike = Array.from({ length: 200 }, (_, index) => `/${'a'.repeat(10)}${index}/${'b'.repeat(40)}`)
    const values = [...alike.map((text) => text.padEnd(80, 'c')), ...alike.map((text) => text.padEnd(80, 'c'))]
    const { numbers, list } = numberAll(values)
    expect(numbers.map((number) => list[number])).toEqual(values)
    expect(list.length).toBeGreaterThan(alike.length)
  })
})
