import { expect, it } from 'vitest'
import { runSchedule } from './schedule.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

it('runs jobs until it is stopped, survives a failing one, and never overlaps runs', async () => {
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
  expect(failures).toEqual([{ job: 'broken', reason: 'no' }])
})

it('backs off a failing job, and reports its recovery', async () => {
  const stop = new AbortController()
  const starts: number[] = []
  const said: string[] = []
  const note = (_: object, text: string) => said.push(text)
  await runSchedule(
    [
      {
        name: 'shaky',
        every: 5,
        async run() {
          starts.push(performance.now())
          if (starts.length < 6) throw new Error('away')
          if (starts.length === 7) stop.abort()
        },
      },
    ],
    { ...silent, error: note, info: note },
    stop.signal,
  )
  expect((starts[5] ?? 0) - (starts[4] ?? 0)).toBeGreaterThan(100)
  expect(said).toEqual(['A scheduled job failed and will be retried.', 'A scheduled job has recovered.'])
})

it('ends at once if it is stopped before it starts', async () => {
  const stop = new AbortController()
  stop.abort()
  await runSchedule([{ name: 'never', every: 0, run: () => expect.unreachable() }], silent, stop.signal)
})
