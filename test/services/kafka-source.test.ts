import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Base, Consumer } from '@platformatic/kafka'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../src/component.ts'
import { kafkaSource } from '../../src/pipeline/ingest/queues/kafka.ts'
import { needs } from '../needs.ts'
import { installNpmClients } from '../npm-clients/install.ts'
import { until } from '../until.ts'
import { findKcat, openKafka } from './kafka.ts'
import { describeQueueSource } from './queue-source.ts'

type Done = (
  error: unknown,
  apis: readonly { readonly name: string; readonly maxVersion: number }[] | undefined,
) => void

/** The mock broker answers newer versions of ListOffsets wrongly: it adds four bytes to each partition. So the client uses version 3. */
const avoidListOffsets = () => {
  const symbol = Object.getOwnPropertySymbols(Base.prototype).find(({ description }) =>
    description?.endsWith('listApis'),
  )
  const listApis: unknown = symbol && Reflect.get(Base.prototype, symbol)
  if (!symbol || typeof listApis !== 'function') throw new Error('The Kafka client lists its APIs in another way.')
  Reflect.set(Base.prototype, symbol, function (this: unknown, done: Done) {
    const limited: Done = (error, apis) =>
      done(
        error,
        apis?.map((api) => (api.name === 'ListOffsets' ? { ...api, maxVersion: 3 } : api)),
      )
    return Reflect.apply(listApis, this, [limited])
  })
}
avoidListOffsets()

const outages = { began() {}, ended() {} }
let broker: Awaited<ReturnType<typeof openKafka>> | undefined
let opened = 0

const open = async () => {
  opened += 1
  broker ??= await openKafka()
  const address = broker.broker
  const topic = `logs-${process.pid}-${opened}`
  // The broker creates the topic when it is asked for it.
  spawnSync('kcat', ['-L', '-b', address, '-t', topic])
  const component = kafkaSource(outages)
  const send = async (messages: readonly string[]) => {
    // Messages may have line breaks.
    const child = spawn('kcat', ['-P', '-b', address, '-t', topic, '-p', '0', '-D', '\u0001'])
    child.stdin.end(messages.join('\u0001'))
    const [status] = await once(child, 'exit')
    expect(status).toBe(0)
  }
  return {
    topic,
    address,
    source: (_port?: number, group = topic) =>
      component.create(component.options.parse({ name: 'queue', brokers: [address], topics: [topic], group }), {
        ...{ now: Date.now, fetch, log: silentLog, signal: new AbortController().signal },
      }),
    send,
    async remove() {},
  }
}

describe('with Kafka', needs(findKcat()), () => {
  describeQueueSource('kafka', open)

  it('gives a message the same keys in every delivery, and commits what is stored', async () => {
    const { source, send, address, topic } = await open()
    await send(['one', '[{"message":"two"},{"message":"three"}]', 'four\n\tat Main.java:5'])
    // The mock broker lets no member come back to a group that all have left.
    const [first, second] = await Promise.all(
      [topic, `${topic}-again`].map(async (group) => {
        const stop = new AbortController()
        const keyed: (readonly [string | undefined, string])[] = []
        const done = source(undefined, group).run(async (records, _cursor, keys) => {
          keyed.push(...records.map(({ text }, i) => [keys?.[i], text] as const))
        }, stop.signal)
        await until(() => keyed.length === 4)
        const client = new Consumer({ clientId: 'test', bootstrapBrokers: [address], groupId: group })
        const committed = await until(async () => {
          const offsets = await client.listCommittedOffsets({ topics: [{ topic, partitions: [0] }] })
          return offsets.get(topic)?.[0] === 3n
        })
        expect(committed).toBe(true)
        await client.close(true)
        stop.abort()
        await done
        return keyed
      }),
    )
    expect(second).toEqual(first)
    expect(first?.map(([, text]) => text)).toEqual([
      'one',
      '{"message":"two"}',
      '{"message":"three"}',
      'four\n\tat Main.java:5',
    ])
  })

  it('reads what kafkajs sends', async () => {
    const { source, address, topic } = await open()
    const texts: string[] = []
    const stop = new AbortController()
    const done = source().run(async (records) => void texts.push(...records.map(({ text }) => text)), stop.signal)
    const client = spawn(process.execPath, [installNpmClients(), 'kafkajs', `kafka://${address}/${topic}`, '', '20'])
    try {
      await until(() => texts.length >= 20)
      expect(texts.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `line ${i}`).sort())
    } finally {
      client.kill()
      stop.abort()
      await done
    }
  })

  it('ends with an error when the broker answers no more', async () => {
    const { source, send } = await open()
    let taken = 0
    const done = source().run(async () => {
      taken += 1
    }, new AbortController().signal)
    await send(['one'])
    await until(() => taken === 1)
    broker?.freeze()
    await expect(done).rejects.toThrow('The brokers did not answer within 60 s.')
    await broker?.close()
    broker = undefined
  })

  it('ends with an error when the broker is gone, so that it is started again', async () => {
    const { source, send } = await open()
    let taken = 0
    const done = source().run(async () => {
      taken += 1
    }, new AbortController().signal)
    await send(['one'])
    await until(() => taken === 1)
    await broker?.close()
    broker = undefined
    await expect(done).rejects.toThrow()
  })
})
