import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { silentLog } from '../../component.ts'
import { createResultPublisher } from './publisher.ts'

it('stops within seconds although the broker accepts the connection and never answers', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const publisher = createResultPublisher({
    url: `amqp://guest:guest@127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    queues: { results: 'alert.result', normalized: '', enriched: '', contextualized: '' },
    outbox: { due: async () => [], removeSent: async () => {} },
    log: silentLog,
    outages: { began() {}, ended() {} },
  })
  const stop = new AbortController()
  const done = publisher.run(stop.signal)
  await once(silent, 'connection')
  const began = performance.now()
  stop.abort()
  await done
  expect(performance.now() - began).toBeLessThan(8_000)
  silent.close()
})
