import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { countFitting, estimateTokens, fitAnswer } from './budget.ts'

const most = 6_400
const costOf = ({ structured, text }: ReturnType<typeof fitAnswer>) =>
  estimateTokens(JSON.stringify(structured)) + estimateTokens(text)
const list = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `0-${i}`, text: `Failed password ${i}` }))

describe('an answer', () => {
  it('stays as it is when it is short', () => {
    const structured = { evidence: list(10), next_cursor: null }
    expect(fitAnswer({ structured, text: 'Ten lines.' })).toEqual({ structured, text: 'Ten lines.' })
  })

  it('loses the ends of its longest lists, counts them, and says how to ask for less', () => {
    const { structured, text } = fitAnswer({
      structured: { title: 'A title', few: list(5), many: list(3_000), more: { inside: list(2_000) } },
      text: 'Told.',
      narrow: 'narrow q',
    })
    expect(structured).toMatchObject({
      title: 'A title',
      few: list(5),
      left_out: { many: expect.any(Number), 'more.inside': expect.any(Number) },
    })
    expect(text).toMatch(/^Told\.\nLeft out to stay short: \d+ of many, \d+ of more\.inside; narrow q\.$/)
  })

  it('keeps the list whole that a cursor pages through', () => {
    const paged = list(100)
    const { structured } = fitAnswer({ structured: { other: list(3_000), paged }, text: '', paged: 'paged' })
    expect(structured.paged).toEqual(paged)
  })

  it('is its own text where a contract wants that', () => {
    const { structured, text } = fitAnswer({ structured: { anomalies: list(3_000) } })
    expect(JSON.parse(text)).toEqual(structured)
  })

  it('is never too long, whatever is in it', () => {
    const document = fc.dictionary(fc.string({ maxLength: 30 }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 20 })
    const long = fc.string({ unit: 'grapheme', maxLength: 50 }).map((text) => text.repeat(20))
    fc.assert(
      fc.property(document, fc.array(long, { maxLength: 10 }), long, (structured, texts, text) => {
        const answer = {
          ...structured,
          texts,
          deep: { texts, list: list(500), names: Object.fromEntries(list(150).map(({ id }) => [id, text])) },
        }
        expect(costOf(fitAnswer({ structured: answer, text }))).toBeLessThanOrEqual(most)
        expect(costOf(fitAnswer({ structured: answer }))).toBeLessThanOrEqual(most)
      }),
      { numRuns: runs(8) },
    )
  })
})

it('lists one item, however long', () => {
  expect(countFitting(['x '.repeat(100_000), 'y'], () => '')).toBe(1)
})

// Counted with o200k_base.
it.each([
  ['sshd[312]: Failed password for root from 203.0.113.9 port 4711 ssh2', 24],
  ['{"time":"2026-01-08T10:00:10.000Z","source":"http","id":"0-1234","untrusted":true}', 35],
  ['The quick brown fox jumps over the lazy dog, and others wonder why.', 15],
  ['0193a1de-7c1b-7e4f-9d2a-5b6c7d8e9f01', 32],
])('estimates the cost of %j, rather too high', (text, tokens) => {
  expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens * 0.9)
  expect(estimateTokens(text)).toBeLessThanOrEqual(tokens * 1.5)
})
