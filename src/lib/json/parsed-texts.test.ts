import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rememberParsed, takeParsed } from './parsed-texts.ts'

const textOf = (number: number): string => JSON.stringify({ number })

test('a text is taken once, in the order in which texts came', () => {
  for (let number = 0; number < 500; number += 1) rememberParsed(textOf(number), { number })
  for (let number = 0; number < 500; number += 1) expect(takeParsed(textOf(number))).toEqual({ number })
  expect(takeParsed(textOf(0))).toBeUndefined()
})

test('texts that nobody takes hide later ones for a chunk at most', () => {
  for (let number = 0; number < 2_000; number += 1) rememberParsed(`other ${number}`, {})
  for (let number = 0; number < 511; number += 1) rememberParsed(textOf(number), { number })
  for (let number = 0; number < 511; number += 1) expect(takeParsed(textOf(number))).toEqual({ number })
})

test('whatever is asked for is the object of that text, or nothing', () => {
  const step = fc.record({ number: fc.nat(40), takes: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      for (const { number, takes } of steps) {
        if (takes) expect([undefined, number]).toContain(takeParsed(textOf(number))?.number)
        else rememberParsed(textOf(number), { number })
      }
    }),
    { seed: 3 },
  )
})
