import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it, vi } from 'vitest'
import { watchForHang } from './hang-watch.ts'

const start = (work: string) => {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
    parentPort.on('message', (message) => {
      if (message === 'work') { ${work} }
      parentPort.postMessage(message)
    })`,
    { eval: true },
  )
  const ask = async () => {
    worker.postMessage('ping')
    await once(worker, 'message')
  }
  return { worker, ask }
}

it.each([
  ['a loop', 'for (;;);'],
  ['a regular expression', '/^(a+)+$/.test("a".repeat(60) + "b")'],
])('ends a thread that never returns from %s', async (_, work) => {
  const { worker, ask } = start(work)
  await ask()
  const hung = vi.fn(() => void worker.terminate())
  const stop = watchForHang({ ask, hung, every: 20, mostMissed: 5 })
  worker.postMessage('work')
  await once(worker, 'exit')
  expect(hung).toHaveBeenCalledTimes(1)
  stop()
})

it('leaves a thread alone that answers late', async () => {
  const { worker, ask } = start('const end = Date.now() + 400; while (Date.now() < end);')
  await ask()
  const hung = vi.fn()
  const stop = watchForHang({ ask, hung, every: 100, mostMissed: 50 })
  for (let piece = 0; piece < 3; piece += 1) worker.postMessage('work')
  await ask()
  expect(hung).not.toHaveBeenCalled()
  stop()
  await worker.terminate()
})
