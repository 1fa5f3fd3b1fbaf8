import { expect, it } from 'vitest'
import { deepRun } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { createIdleMemory } from './idle-memory.ts'

interface Moment {
  readonly minute: number
  readonly thread: number
  readonly process: number
}

/** Returns the minutes in which the job collects, of a thread that was so busy until each. */
const collectedIn = async (moments: readonly Moment[]): Promise<readonly number[]> => {
  const collected: number[] = []
  let at: Moment = { minute: 0, thread: 0, process: 0 }
  const job = createIdleMemory(
    () => at.minute * 60_000,
    () => at,
    () => void collected.push(at.minute),
  )
  for (at of moments) await job.run()
  return collected
}

it('collects once after each busy time, and not too often', async () => {
  const shares = [0.9, 0, 0, 0.5, 0, 0, 0]
  const minutes = [0, 1, 2, 3, 4, 6, 7]
  const moments = minutes.map((minute, index) => ({ minute, thread: shares[index] ?? 0, process: 0 }))
  expect(await collectedIn(moments)).toEqual([1, 6])
})

it('waits until other threads have worked off the backlog', async () => {
  const moments = [0.9, 1.4, 0.3, 0.05, 0].map((process, minute) => ({
    minute,
    thread: minute === 0 ? 0.9 : 0,
    process,
  }))
  expect(await collectedIn(moments)).toEqual([3])
})

it('calls the real collector', needs(deepRun), async () => {
  await createIdleMemory(Date.now, () => ({ thread: 0, process: 0 })).run()
  expect(globalThis).not.toHaveProperty('gc')
})

it('reads how busy the thread and the process are', async () => {
  let collections = 0
  const job = createIdleMemory(Date.now, undefined, () => {
    collections += 1
  })
  const { user } = process.cpuUsage()
  while (process.cpuUsage().user - user < 50_000) JSON.stringify({ user })
  // The thread did nothing else since the job was created.
  await job.run()
  expect(collections).toBe(0)
})
