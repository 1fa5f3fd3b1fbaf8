import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { consumeBatches } from '../../src/queue/batches.fake.ts'
import { openEmbeddedQueue } from '../../src/queue/embedded.ts'
import { readReference } from '../../src/queue/payload-reference.ts'
import { describeQueue, type QueueUnderTest } from '../../src/queue/queue.conformance.ts'
import { openRabbitmqBroker } from '../../src/queue/rabbitmq/rabbitmq-broker.ts'
import { queueName, readQueuePrefix } from '../../src/queue/rabbitmq/rabbitmq-queues.ts'
import type { RecordBatch } from '../../src/schema/record/record.ts'
import type { Transaction } from '../../src/store/database.ts'
import { type OpenStore, openStore } from '../../src/store/open-store.ts'
import { freePort } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { findPostgres, postgresDatabase } from './postgres.ts'
import { countMessages, findRabbitmq, openLine, purge, rabbitmqUrl, removeQueues } from './rabbitmq.ts'
import { createRabbitmqNode, rabbitmqPrograms } from './rabbitmq-node.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const partitions = [0, 1, 2, 3]

describe('the queue on RabbitMQ', needs(await findPostgres(), await findRabbitmq()), () => {
  const database = postgresDatabase()
  beforeAll(database.create)
  afterAll(database.drop)

  interface Settings {
    readonly now: () => number
    readonly maxRecords?: number
    readonly url?: string
  }

  const over = async (store: OpenStore, settings: Settings): Promise<QueueUnderTest<Transaction>> => {
    const { now, url = rabbitmqUrl, ...limits } = settings
    const { connections } = store
    const prefix = await readQueuePrefix(connections)
    const broker = await openRabbitmqBroker({ url, prefix, partitions, now, log })
    if (url === rabbitmqUrl) await until(() => broker.problems().length === 0)
    return {
      queue: openEmbeddedQueue({ connections, now, log, partitions, broker, ...limits }),
      transaction: store.transaction,
      async reopen() {
        // A process that ends leaves its messages to the next one.
        await broker.close()
        await store.close()
        return over(await openStore(database.url, { now, log }), settings)
      },
      async end() {
        await removeQueues(prefix, partitions)
        await store.close()
      },
    }
  }
  const openEmpty = async (settings: Settings) => {
    await database.empty()
    return over(await openStore(database.url, { now: settings.now, log }), settings)
  }

  describeQueue('in PostgreSQL and RabbitMQ', openEmpty)

  /** A queue whose connection to the broker can be broken, on a clock that the test moves. */
  const start = async () => {
    await database.empty()
    const line = openLine(await freePort())
    await line.open()
    const clock = { time: 1_700_000_000_000 }
    const settings = { now: () => clock.time, url: line.url }
    const store = await openStore(database.url, { now: settings.now, log })
    const first = await over(store, settings)
    const prefix = await readQueuePrefix(store.connections)
    const publish = (...batches: readonly RecordBatch[]) =>
      first.transaction((tx) => first.queue.publish('records', batches, tx))
    /** Waits out the first connection. */
    const connected = () =>
      until(async () => {
        try {
          await first.transaction(async (tx) => {
            await first.queue.publish('records', [batchOf(3, 0)], tx)
            throw new Error('rolled back')
          })
        } catch (error) {
          return error instanceof Error && error.message === 'rolled back'
        }
      })
    return {
      ...{ line, clock, store, publish, connected, prefix, queue: first.queue, reopen: first.reopen },
      rows: () => store.connections.read.selectFrom('jobs').select(['state', 'payload']).orderBy('seq').execute(),
      waiting: (partition: number) => countMessages(queueName(prefix, 'records', partition)),
      async end() {
        await first.queue.close(0)
        await line.close()
        await first.end()
      },
    }
  }

  it('keeps the payloads of records at the broker, and removes them when their jobs are done', async () => {
    const { queue, publish, rows, waiting, connected, end } = await start()
    await connected()
    await publish(batchOf(0, 0, 3_000), batchOf(1, 0, 3_000))
    const stored = await rows()
    expect(stored.map(({ payload }) => readReference(payload)?.length)).toEqual([36, 36])
    await until(async () => (await waiting(0)) === 1 && (await waiting(1)) === 1)
    const seen: string[] = []
    consumeBatches(queue, async (batches) => {
      seen.push(...batches.flatMap(({ partition, texts }) => texts.map((text) => `${partition} ${text}`)))
    })
    await queue.idle()
    expect(seen.toSorted()).toEqual(
      [0, 1].flatMap((partition) => batchOf(0, 0, 3_000).texts.map((text) => `${partition} ${text}`)).toSorted(),
    )
    await queue.close()
    expect([await waiting(0), await waiting(1)]).toEqual([0, 0])
    await end()
  })

  it('refuses records while the broker is away, as something to be sent again, and resumes by itself', async () => {
    const { queue, publish, line, rows, connected, end } = await start()
    await connected()
    const seen: number[] = []
    consumeBatches(queue, async (batches) => void seen.push(...batches.map(({ first }) => first)))
    await publish(batchOf(0, 0))
    await queue.idle()
    await line.close()
    await expect(publish(batchOf(0, 1))).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: true, retryAfter: expect.any(Number) },
    })
    // It knows by now, so that nobody waits for a timeout.
    const began = performance.now()
    await expect(publish(batchOf(0, 1))).rejects.toThrow('RabbitMQ')
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(await rows()).toEqual([])
    await line.open()
    await connected()
    await publish(batchOf(0, 1))
    await queue.idle()
    expect(seen).toEqual([0, 1])
    await end()
  })

  it('removes messages of transactions that were rolled back', async () => {
    const { queue, store, waiting, connected, end } = await start()
    await connected()
    const failed = store.transaction(async (tx) => {
      await queue.publish('records', [batchOf(0, 0), batchOf(1, 0)], tx)
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    await until(async () => (await waiting(0)) === 1)
    const seen: number[] = []
    consumeBatches(queue, async (batches) => void seen.push(...batches.map(({ first }) => first)))
    await until(async () => (await waiting(0)) === 0)
    await pauseFor(3_000)
    await queue.close()
    expect([await waiting(0), await waiting(1), seen]).toEqual([0, 0, []])
    await end()
  })

  it('leaves a message alone whose transaction is not over', async () => {
    const { queue, store, connected, end } = await start()
    await connected()
    const seen: number[] = []
    consumeBatches(queue, async (batches) => void seen.push(...batches.map(({ first }) => first)))
    await store.transaction(async (tx) => {
      await queue.publish('records', [batchOf(0, 7)], tx)
      await pauseFor(4_000)
    })
    await queue.idle()
    expect(seen).toEqual([7])
    await end()
  })

  it('does nothing again when the connection breaks before the acknowledgement', async () => {
    const { queue, publish, line, waiting, connected, end } = await start()
    await connected()
    const seen: number[] = []
    consumeBatches(queue, async (batches) => {
      seen.push(...batches.map(({ first }) => first))
      line.cut()
    })
    await publish(batchOf(0, 0))
    await queue.idle()
    await connected()
    await publish(batchOf(0, 1))
    await queue.idle()
    await connected()
    await pauseFor(3_000)
    expect(seen).toEqual([0, 1])
    await queue.close()
    expect(await waiting(0)).toBe(0)
    await end()
  })

  it('delivers a dead letter again with its payload, which is in the database by then', async () => {
    const { queue, publish, clock, waiting, connected, end } = await start()
    await connected()
    const time = setInterval(() => {
      clock.time += 10_000
    }, 20)
    let ill = true
    const seen: string[] = []
    consumeBatches(queue, async (batches) => {
      if (ill) throw new Error('ill')
      seen.push(...batches.flatMap(({ texts }) => texts))
    })
    await publish(batchOf(0, 5, 2))
    await queue.idle()
    expect(await queue.deadLetters()).toMatchObject([{ topic: 'records', reason: 'ill', attempts: 5 }])
    await until(async () => (await waiting(0)) === 0)
    ill = false
    const [letter] = await queue.deadLetters()
    expect(await queue.retry(letter?.id ?? '')).toBe(true)
    await queue.idle()
    clearInterval(time)
    expect(seen).toEqual(batchOf(0, 5, 2).texts)
    await end()
  })

  it('dead-letters a job whose message is gone, and continues with the next', { timeout: 120_000 }, async () => {
    const { queue, publish, clock, connected, prefix, end } = await start()
    await connected()
    await publish(batchOf(0, 0))
    await purge(queueName(prefix, 'records', 0))
    await publish(batchOf(0, 1), batchOf(1, 0))
    const seen: string[] = []
    consumeBatches(queue, async (batches) => {
      seen.push(...batches.map(({ partition, first }) => `${partition}-${first}`))
    })
    const time = setInterval(() => {
      clock.time += 10_000
    }, 20)
    await queue.idle()
    clearInterval(time)
    expect(seen.toSorted()).toEqual(['0-1', '1-0'])
    expect(await queue.deadLetters()).toMatchObject([
      { topic: 'records', reason: 'Job 1 cannot be read: RabbitMQ no longer has its message.' },
    ])
    await end()
  })

  it('declares a queue again that was deleted', async () => {
    const { queue, publish, prefix, connected, end } = await start()
    await connected()
    const seen: number[] = []
    consumeBatches(queue, async (batches) => void seen.push(...batches.map(({ first }) => first)))
    await publish(batchOf(0, 0))
    await queue.idle()
    await removeQueues(prefix, partitions)
    await until(() =>
      publish(batchOf(0, 1)).then(
        () => true,
        () => false,
      ),
    )
    await queue.idle()
    expect(seen).toEqual([0, 1])
    await end()
  })

  it(
    'still finishes jobs while the broker is short of memory, and refuses new ones',
    needs(rabbitmqPrograms()),
    async () => {
      const node = await createRabbitmqNode()
      onTestFinished(node.remove)
      await database.empty()
      const store = await openStore(database.url, { now: Date.now, log })
      const prefix = await readQueuePrefix(store.connections)
      const broker = await openRabbitmqBroker({ url: node.url(), prefix, partitions, now: Date.now, log })
      await until(() => broker.problems().length === 0)
      const queue = openEmbeddedQueue({ connections: store.connections, now: Date.now, log, partitions, broker })
      const publish = (first: number) => store.transaction((tx) => queue.publish('records', [batchOf(0, first)], tx))
      await publish(0)
      await node.control('set_vm_memory_high_watermark', 'absolute', '1')
      await expect(publish(1)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
      await until(async () => {
        const refused = await publish(1).catch((error: unknown) => error)
        return String(refused).includes('short of memory')
      })
      expect(broker.problems()).toEqual([expect.stringMatching(/^RabbitMQ is short of memory or disk space since 20/)])
      const seen: number[] = []
      consumeBatches(queue, async (batches) => void seen.push(...batches.map(({ first }) => first)))
      await queue.idle()
      expect(seen).toEqual([0])
      await until(async () =>
        /\t0$/m.test(await node.control('list_queues', 'name', 'messages').then(recordsLine(prefix))),
      )
      await node.control('set_vm_memory_high_watermark', '0.4')
      await until(() =>
        publish(1).then(
          () => true,
          () => false,
        ),
      )
      await queue.idle()
      expect(seen).toEqual([0, 1])
      expect(broker.problems()).toEqual([])
      await queue.close()
      await store.close()
      await node.remove()
    },
  )

  it('receives more messages at a time when those that have come do not include the next one', async () => {
    const { prefix, end } = await start()
    const broker = await openRabbitmqBroker({ url: rabbitmqUrl, prefix, partitions, now: Date.now, log })
    await until(() => broker.problems().length === 0)
    const ids = Array.from({ length: 200 }, () => randomUUID())
    await broker.send(
      'records',
      2,
      ids.map((id) => ({ id, transaction: '1', payload: Buffer.from(id) })),
    )
    const inbox = broker.receive('records', 2, () => {})
    const arrived = () => ids.filter((id) => inbox.payload(id)).length
    await until(() => arrived() > 0)
    await pauseFor(500)
    const first = arrived()
    expect(first).toBeLessThan(200)
    expect(await inbox.hasAll()).toBe(false)
    await until(() => {
      if (inbox.canGrow()) inbox.reopen()
      return arrived() === 200
    })
    expect(await inbox.hasAll()).toBe(true)
    expect(ids.map((id) => String(inbox.payload(id)))).toEqual(ids)
    inbox.close()
    await broker.close()
    await end()
  })

  it('keeps jobs whose payloads are in RabbitMQ while queue.url is not set', async () => {
    const { queue, publish, store, clock, connected, end } = await start()
    await connected()
    await publish(batchOf(0, 0))
    const without = openEmbeddedQueue({ connections: store.connections, now: () => clock.time, log })
    const seen: number[] = []
    const handle = async (batches: readonly RecordBatch[]) => void seen.push(...batches.map(({ first }) => first))
    consumeBatches(without, handle)
    await pauseFor(2_000)
    expect(seen).toEqual([])
    expect(await without.deadLetters()).toEqual([])
    await without.close()
    consumeBatches(queue, handle)
    await queue.idle()
    expect(seen).toEqual([0])
    await end()
  })
})

const recordsLine = (prefix: string) => (output: string) =>
  output.split('\n').find((line) => line.startsWith(`${prefix}.records.0`)) ?? ''

const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const batchOf = (partition: number, first: number, count = 1): RecordBatch => ({
  partition,
  first,
  source: 'test',
  receivedAt: 1_700_000_000_000,
  texts: Array.from({ length: count }, (_, index) => `line ${first + index} of the test`),
})
