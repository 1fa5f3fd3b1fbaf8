import { expect, it } from 'vitest'
import { createRandom } from '../random/random.ts'
import { IsolationForest } from './isolation-forest.ts'
import { createParallelScorer } from './parallel.ts'

it('scores on several threads as on one, again and again', async () => {
  const random = createRandom(1)
  const matrix = Float64Array.from({ length: 3 * 50_001 }, () => random.next())
  const forest = IsolationForest.fit(matrix, { columns: 3, trees: 20 })
  const scorer = createParallelScorer(2)
  const expected = forest.score(matrix)
  const sharedMatrix = new Float64Array(new SharedArrayBuffer(matrix.byteLength))
  sharedMatrix.set(matrix)
  const [first, second] = await Promise.all([scorer.score(forest, matrix), scorer.score(forest, sharedMatrix)])
  expect(first).toEqual(expected)
  expect(second).toEqual(expected)
  expect(await scorer.score(forest, matrix.subarray(0, 30))).toEqual(expected.subarray(0, 10))
  await scorer.close()
})

it('rejects when its threads are gone', async () => {
  const scorer = createParallelScorer(1)
  const forest = IsolationForest.fit(Float64Array.of(1, 2, 3), { columns: 1 })
  const matrix = new Float64Array(2_000_000)
  const answer = scorer.score(forest, matrix)
  const closed = scorer.close()
  await expect(answer).rejects.toThrow('thread')
  await closed
})
