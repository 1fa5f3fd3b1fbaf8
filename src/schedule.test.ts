import { expect, it } from 'vitest'
import { runSchedule } from './schedule.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

it('runs jobs until it is stopped, survives a failing one, and never overlaps', async () => {
  const stop = new AbortController()
  let runs = 0
  let running = 0
  let overlapped = false
  const failures: object[] = []
  await runSchedule(
    [
      {
        name: 'slow',
        every: 1,
        async run() {
          running += 1
          overlapped ||= running > 1
          await new Promise((done) => setTimeout(done, 3))
          running -= 1
          runs += 1
          if (runs === 5) stop.abort()
        },
      },
      { name: 'broken', every: 1, run: () => Promise.reject(new Error('no')) },
    ],
    { ...silent, error: (facts) => failures.push(facts) },
    stop.signal,
  )
  expect(runs).toBe(5)
  expect(overlapped).toBe(false)
  expect(failures[0]).toEqual({ job: 'broken', reason: 'no' })
})

it('ends at once when it is stopped before it begins', async () => {
  const stop = new AbortController()
  stop.abort()
  await runSchedule([{ name: 'never', every: 0, run: () => expect.unreachable() }], silent, stop.signal)
})
