import { afterEach, expect, it } from 'vitest'
import { createWorkerHost, type WorkerHost } from './worker-host.ts'

/** A thread that follows the test's instructions. */
const module = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from 'node:worker_threads'
    parentPort.on('message', (order) => {
      if (order === 'crash') throw new Error('deliberate')
      if (order === 'exit') process.exit(3)
      if (order === 'spin') for (;;);
      if (order === 'eat') for (const all = []; ; ) all.push(new Array(10_000).fill(0).map((_, i) => ({ i })))
      parentPort.postMessage(new TextEncoder().encode(order + ' ' + threadId))
    })
  `)}`,
)

let host: WorkerHost
const open = (timeout = 60_000) => {
  const reasons: string[] = []
  host = createWorkerHost({
    module,
    data: undefined,
    memory: 32 * 1_048_576,
    timeout,
    idle: 60_000,
    read: (message) => (message instanceof Uint8Array ? message : undefined),
    failed: (reason) => void reasons.push(reason),
  })
  return reasons
}
afterEach(() => host.close())

const never = new AbortController().signal
const run = async (order: string, signal = never) =>
  new TextDecoder().decode(await host.run(async (thread) => thread.post(order), signal))

it('keeps its thread from job to job', async () => {
  open()
  const [first, second] = [await run('echo'), await run('echo')]
  expect(first).toBe(second)
})

it.each(['crash', 'exit'])('answers a %s with a retryable failure, and continues with a new thread', async (order) => {
  open()
  const before = await run('echo')
  await expect(run(order)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  const after = await run('echo')
  expect(after).toMatch(/^echo \d+$/)
  expect(after).not.toBe(before)
})

it('survives a job that needs too much memory', async () => {
  const reasons = open()
  await expect(run('eat')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'The analysis needs more than 32 MB of memory.',
    hint: expect.stringContaining('analysis.memory'),
  })
  expect(reasons).toHaveLength(1)
  expect(await run('echo')).toMatch(/^echo/)
})

it('interrupts a job when its caller has gone, and when the time is up', async () => {
  open(500)
  const stop = new AbortController()
  const job = run('spin', stop.signal)
  stop.abort(new Error('gone'))
  await expect(job).rejects.toThrow('gone')
  await expect(run('spin')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    hint: expect.stringContaining('analysis.timeout'),
  })
})
