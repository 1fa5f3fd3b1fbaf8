import { expect, it } from 'vitest'
import { similarRecall } from './similar-pairs.ts'

it('finds alerts by texts that describe them in other words', async () => {
  const { pairs, byWords } = await similarRecall()
  expect(pairs).toBeGreaterThan(150)
  expect(byWords).toBeGreaterThan(0.7)
})
