import { createClient } from '@redis/client'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../src/component.ts'
import { redisSource } from '../../src/pipeline/ingest/queues/redis.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { describeCut, describeQueueSource, describeRedelivery, describeSilence } from './queue-source.ts'
import { findServer } from './reachable.ts'

const url = process.env.REDIS_TEST_URL ?? 'redis://127.0.0.1:6379'
const port = Number(new URL(url).port || 6379)
const outages = { began() {}, ended() {} }
let opened = 0

const open = async () => {
  opened += 1
  const stream = `vedette-test-${process.pid}-${opened}`
  const client = await createClient({ url }).connect()
  const component = redisSource(outages)
  return {
    stream,
    client,
    source: (through = port) =>
      component.create(
        component.options.parse({ name: 'queue', url: `redis://127.0.0.1:${through}`, streams: [stream] }),
        {
          ...{ now: Date.now, fetch, log: silentLog, signal: new AbortController().signal },
        },
      ),
    async send(messages: readonly string[]) {
      await Promise.all(messages.map((message) => client.xAdd(stream, '*', { message })))
    },
    async remove() {
      if (!client.isOpen) return
      await client.del(stream)
      await client.close()
    },
  }
}

describe('with Redis', needs(await findServer('Redis', port, 'REDIS_TEST_URL')), () => {
  describeQueueSource('redis', open)
  describeRedelivery('redis', open)
  describeCut('redis', port, open)
  describeSilence('redis', port, open)

  it('keeps the fields of an entry, and reads on when the stream was deleted', async () => {
    const { source, client, stream, remove, send } = await open()
    const stop = new AbortController()
    const texts: string[] = []
    const done = source().run(async (records) => {
      texts.push(...records.map(({ text }) => text))
    }, stop.signal)
    await client.xAdd(stream, '*', { level: 'error', message: 'hello' })
    await until(() => texts.length === 1)
    await client.del(stream)
    await send(['again'])
    await until(() => texts.length === 2)
    expect(texts).toEqual(['{"level":"error","message":"hello"}', 'again'])
    stop.abort()
    await done
    await remove()
  })
})
