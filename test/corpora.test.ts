import { expect, it } from 'vitest'
import { corpusLines, corpusNames } from '../bench/corpora.ts'

it.each(corpusNames)('the benchmarks create the same %s lines for the same seed', (name) => {
  const first = [...corpusLines(name, 2_000, 1)]
  expect(first).toHaveLength(2_000)
  expect([...corpusLines(name, 2_000, 1)]).toEqual(first)
  expect(first.filter(({ text }) => text === '' || /\n|undefined|NaN/.test(text))).toEqual([])
  expect(new Set(first.map(({ source }) => source)).size).toBe(name === 'four_sources' ? 4 : 1)
  if (name !== 'mixed') expect([...corpusLines(name, 2_000, 2)]).not.toEqual(first)
})
