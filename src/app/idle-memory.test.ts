import { expect, it } from 'vitest'
import { createIdleMemory } from './idle-memory.ts'

it('collects once after each busy time, and not too often', async () => {
  const minutes: readonly (readonly [number, number])[] = [
    // The minute, and how busy the thread was until then.
    [0, 0.9],
    [1, 0],
    [2, 0],
    [3, 0.5],
    [4, 0],
    [6, 0],
    [7, 0],
  ]
  const collected: number[] = []
  let [minute, busy] = [0, 0]
  const job = createIdleMemory(
    () => minute * 60_000,
    () => busy,
    () => void collected.push(minute),
  )
  for ([minute, busy] of minutes) await job.run()
  expect(collected).toEqual([1, 6])
})

it('calls the real collector', async () => {
  await createIdleMemory(Date.now, () => 0).run()
  expect(globalThis).not.toHaveProperty('gc')
})
