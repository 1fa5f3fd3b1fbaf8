import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawRecord } from '../../../schema/record/record.ts'
import { oldestFirst } from './oldest-first.ts'

const timeOf = ({ text }: RawRecord) => (/^\d+$/.test(text) ? Number(text) : undefined)
async function* batchesOf(texts: readonly string[], size: number) {
  for (let at = 0; at < texts.length; at += size)
    yield texts.slice(at, at + size).map((text): RawRecord => ({ text, source: 'x', receivedAt: 1 }))
}
const order = async (texts: readonly string[], size = 4_096): Promise<readonly string[]> => {
  const found: string[] = []
  const reading = { timeOf, textOf: ({ text }: RawRecord) => text }
  for await (const batch of oldestFirst(batchesOf(texts, size), reading)) found.push(...batch.map(({ text }) => text))
  return found
}
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i))

describe('oldestFirst', () => {
  it.each([1, 7, 100, 4_096])(
    'turns an export around that begins with the newest record, in batches of %i',
    async (size) => {
      const texts = numbers(1_000)
      expect(await order(texts.toReversed(), Math.max(size, 10))).toEqual(texts)
    },
  )

  it('also if a few records are out of order or have no time', async () => {
    const texts = numbers(640).toReversed()
    texts[10] = '635'
    texts[20] = 'no time'
    expect((await order(texts))[0]).toBe('0')
  })

  it.each([
    ['oldest first', numbers(500)],
    ['all at once', Array.from({ length: 500 }, () => '7')],
    ['in no order', Array.from({ length: 500 }, (_, i) => String((i * 7919) % 500))],
    ['too few to say', ['3', '2', '1']],
    ['without times', numbers(500).map((number) => `line ${number}`)],
  ])('leaves a file as it is: %s', async (_name, texts) => expect(await order(texts)).toEqual(texts))

  it('loses no record', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50).map(String)), fc.integer({ min: 1, max: 20 }), async (texts, size) => {
        expect([...(await order(texts, size))].sort()).toEqual([...texts].sort())
      }),
    ))
})

it.each([
  ['2026-01-05T10:00:00Z a', '2026-01-05T10:00:01Z a'],
  ['2026-01-05T10:00:00Z a', '2026-02-05T10:00:00Z a'],
  ['Jan  5 10:00:00 web-01 a', 'Jan  5 10:00:01 web-01 a'],
  ['{"level":30,"time":"2026-01-05T10:00:00Z"}', '{"level":30,"time":"2026-01-05T10:00:01Z"}'],
])('reads only few times of a text in order: %s', async (first, last) => {
  let count = 0
  const timeOf = () => ++count
  const batches = (async function* () {
    yield [first, ...numbers(100), last]
  })()
  await Array.fromAsync(oldestFirst(batches, { timeOf, textOf: (text) => text }))
  expect(count).toBe(0)
})
