import { afterEach, expect, it, vi } from 'vitest'
import { createCheckpoint } from './checkpoint.ts'

afterEach(() => vi.restoreAllMocks())

const setUp = (interval: number, saveMs: number) => {
  const clock = { time: 1_000_000 }
  vi.spyOn(performance, 'now').mockImplementation(() => clock.time)
  const saves: number[] = []
  const checkpoint = createCheckpoint({
    learners: [{ name: 'one', save: () => new Uint8Array(1), restore() {} }],
    partition: 0,
    models: {
      async save() {
        saves.push(clock.time - 1_000_000)
        clock.time += saveMs
      },
      load: async () => undefined,
    },
    interval,
    now: () => clock.time,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  const delivery = { id: 'job', attempt: 1, signal: new AbortController().signal, transaction: async () => 'tx' }
  /** Delivers an event at a moment after the start. */
  const deliver = async (time: number) => {
    clock.time = 1_000_000 + time
    checkpoint.reached(new Map([[0, time]]))
    await checkpoint.stage([], delivery)
  }
  return { deliver, saves }
}

it('saves after the interval, and takes a fiftieth of the time at most', async () => {
  const { deliver, saves } = setUp(30_000, 1_000)
  for (const time of [10_000, 30_000, 62_000, 79_000, 81_000, 100_000]) await deliver(time)
  expect(saves).toEqual([30_000, 81_000])
})

it('saves at least every five minutes', async () => {
  const { deliver, saves } = setUp(30_000, 20_000)
  for (const time of [30_000, 300_000, 331_000]) await deliver(time)
  expect(saves).toEqual([30_000, 331_000])
})

it('saves with each delivery without an interval', async () => {
  const { deliver, saves } = setUp(0, 1_000)
  for (const time of [1_000, 3_000, 5_000]) await deliver(time)
  expect(saves).toEqual([1_000, 3_000, 5_000])
})
