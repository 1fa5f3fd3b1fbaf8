import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { until } from '../../test/until.ts'
import type { RecordBatch } from '../schema/record/record.ts'
import type { Transaction } from '../store/database.ts'
import { type OpenStore, openStore } from '../store/open-store.ts'
import { consumeBatches } from './batches.fake.ts'
import { openEmbeddedQueue } from './embedded.ts'
import { describeQueue, type QueueUnderTest } from './queue.conformance.ts'
import { joinBells } from './shared-bells.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-queue-'))
afterAll(() => rmSync(folder, { recursive: true }))

const silent = { debug() {}, info() {}, warn() {}, error() {} }

const over = (
  store: OpenStore,
  settings: { readonly now: () => number; readonly maxRecords?: number },
  openAgain: () => Promise<OpenStore>,
): QueueUnderTest<Transaction> => ({
  queue: openEmbeddedQueue({ connections: store.connections, log: silent, ...settings }),
  transaction: store.transaction,
  async reopen() {
    return over(await openAgain(), settings, openAgain)
  },
  end: store.close,
})

let files = 0
describeQueue('in a file', async (settings) => {
  const url = `sqlite:${join(folder, `${files++}.db`)}`
  let store = await openStore(url, { now: settings.now, log: silent })
  return over(store, settings, async () => {
    await store.close()
    store = await openStore(url, { now: settings.now, log: silent })
    return store
  })
})

describeQueue('in memory', async (settings) => {
  const store = await openStore('sqlite::memory:', { now: settings.now, log: silent })
  return over(store, settings, async () => store)
})

describe('the embedded queue', () => {
  it('leaves topics to another queue on the same database, and wakes it', async () => {
    const url = `sqlite:${join(folder, `${files++}.db`)}`
    const stores = [
      await openStore(url, { now: Date.now, log: silent }),
      await openStore(url, { now: Date.now, log: silent }),
    ]
    const rung: string[] = []
    const [one, two] = stores.map((store, index) => {
      const bells = joinBells(url)
      return openEmbeddedQueue({
        connections: store.connections,
        ...{ now: Date.now, log: silent, delivers: index === 0 ? ['incidents'] : ['alerts'] },
        bells: {
          ...bells,
          ring(topic) {
            rung.push(`${index} ${topic}`)
            bells.ring(topic)
          },
        },
      })
    })
    const handled: string[] = []
    for (const [index, queue] of [one, two].entries()) {
      for (const topic of ['alerts', 'incidents'] as const) {
        queue?.consume(topic, async (ids) => void handled.push(`${index} ${topic} ${ids}`))
      }
    }
    await stores[0]?.transaction(async (tx) => {
      await one?.publish('alerts', ['a'], tx)
      await one?.publish('incidents', ['i'], tx)
    })
    await one?.idle()
    expect(handled.toSorted()).toEqual(['0 incidents i', '1 alerts a'])
    expect(rung).toEqual(['0 alerts'])
    for (const queue of [one, two]) await queue?.close()
    for (const store of stores) await store.close()
  })

  it('ends a delivery well that publishes for another queue while it closes', async () => {
    const url = `sqlite:${join(folder, `${files++}.db`)}`
    const store = await openStore(url, { now: Date.now, log: silent })
    const failures: string[] = []
    const log = { ...silent, warn: (_facts: object, message: string) => void failures.push(message) }
    const queue = openEmbeddedQueue({
      ...{ connections: store.connections, now: Date.now, log, delivers: ['alerts'], bells: joinBells(url) },
    })
    const begun = Promise.withResolvers<void>()
    const closing = Promise.withResolvers<void>()
    const saved: string[] = []
    queue.consume(
      'alerts',
      async (_ids, { transaction }) => {
        begun.resolve()
        await closing.promise
        await queue.publish('incidents', ['i'], await transaction())
      },
      { restore: async () => {}, save: async () => void saved.push('memory') },
    )
    await store.transaction((tx) => queue.publish('alerts', ['a'], tx))
    await begun.promise
    const closed = queue.close()
    closing.resolve()
    await closed
    expect(failures).toEqual([])
    expect(saved).toEqual(['memory'])
    expect(await queue.hasJobs(['alerts'])).toBe(false)
    expect(await queue.hasJobs(['incidents'])).toBe(true)
    await store.close()
  })

  it('does not read the database while no job waits, and delivers a new one at once', async () => {
    const store = await openStore('sqlite::memory:', { now: Date.now, log: silent })
    let queries = 0
    const read = store.connections.read.withPlugin({
      transformQuery({ node }) {
        queries++
        return node
      },
      transformResult: async ({ result }) => result,
    })
    const queue = openEmbeddedQueue({ connections: { ...store.connections, read }, now: Date.now, log: silent })
    const handle = vi.fn(async () => {})
    queue.consume('alerts', handle)
    await sleep(1_000)
    const first = queries
    expect(first).toBeGreaterThan(0)
    await sleep(1_000)
    expect(queries).toBe(first)
    const published = performance.now()
    await store.transaction((tx) => queue.publish('alerts', ['a'], tx))
    await vi.waitFor(() => expect(handle).toHaveBeenCalled(), { timeout: 10_000, interval: 10 })
    expect(performance.now() - published).toBeLessThan(2_500)
    await queue.close()
    await store.close()
  })

  it('puts batches that come together into few jobs, one partition each, in order', async () => {
    const store = await openStore('sqlite::memory:', { now: Date.now, log: silent })
    const queue = openEmbeddedQueue({ connections: store.connections, now: Date.now, log: silent })
    const next = [0, 0]
    const batches = Array.from({ length: 300 }, (_, index): RecordBatch => {
      const partition = index % 2
      const texts = Array.from({ length: index === 200 ? 4_000 : 1 + (index % 3) }, () => 'a')
      const first = next[partition] ?? 0
      next[partition] = first + texts.length
      return { partition, first, source: `app-${index % 5}`, receivedAt: 0, texts }
    })
    await store.transaction((tx) => queue.publish('records', batches, tx))
    const jobs = await store.connections.read.selectFrom('jobs').select(['partition', 'count']).orderBy('seq').execute()
    expect(jobs).toEqual([
      { partition: 0, count: 199 },
      { partition: 0, count: 4_096 },
      { partition: 0, count: 2 },
      { partition: 1, count: 300 },
    ])
    const seen: RecordBatch[] = []
    consumeBatches(queue, async (items) => void seen.push(...items))
    await queue.idle()
    expect(seen).toEqual([
      ...batches.filter(({ partition }) => partition === 0),
      ...batches.filter(({ partition }) => partition === 1),
    ])
    await queue.close()
    await store.close()
  })

  it('sets a job aside that cannot be read', async () => {
    let time = 1_700_000_000_000
    const store = await openStore('sqlite::memory:', { now: () => time, log: silent })
    const queue = openEmbeddedQueue({ connections: store.connections, now: () => time, log: silent })
    await store.transaction((tx) => queue.publish('alerts', ['a'], tx))
    await store.connections.write
      .updateTable('jobs')
      .set({ payload: Buffer.from('(nonsense') })
      .execute()
    const handle = vi.fn(async () => {})
    queue.consume('alerts', handle)
    const clock = setInterval(() => {
      time += 10_000
    }, 20)
    await queue.idle()
    clearInterval(clock)
    expect(handle).not.toHaveBeenCalled()
    expect((await queue.deadLetters())[0]?.reason).toMatch(/^Job 1 cannot be read/)
    await queue.close()
    await store.close()
  })

  it('does not let a backlog of records refuse alerts', async () => {
    const store = await openStore('sqlite::memory:', { now: Date.now, log: silent })
    const queue = openEmbeddedQueue({ connections: store.connections, now: Date.now, log: silent, maxRecords: 2 })
    const batch = { partition: 0, first: 0, source: 'test', receivedAt: 0, texts: ['a', 'b'] }
    await store.transaction((tx) => queue.publish('records', [batch], tx))
    await store.transaction((tx) => queue.publish('alerts', ['a'], tx))
    await expect(store.transaction((tx) => queue.publish('records', [batch], tx))).rejects.toThrow('2 records wait')
    await queue.close()
    await store.close()
  })

  it('says why records wait when no more fit, and asks to send later', async () => {
    const store = await openStore('sqlite::memory:', { now: Date.now, log: silent })
    let problems = ['The storage is away.']
    const queue = openEmbeddedQueue({
      ...{ connections: store.connections, now: Date.now, log: silent, maxRecords: 2 },
      problems: async () => problems,
    })
    const batch = { partition: 0, first: 0, source: 'test', receivedAt: 0, texts: ['a', 'b'] }
    const publish = () => store.transaction((tx) => queue.publish('records', [batch], tx))
    await publish()
    await expect(publish()).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', status: 503, retryable: true, retryAfter: 30 },
      message: expect.stringContaining('The storage is away.'),
    })
    problems = []
    await expect(publish()).rejects.toMatchObject({ code: 'QUEUE_FULL', status: 429 })
    await queue.close()
    await store.close()
  })

  it('knows after a start how much waits', async () => {
    const url = `sqlite:${join(folder, 'backlog.db')}`
    const batch = { partition: 0, first: 0, source: 'test', receivedAt: 0, texts: ['a', 'b'] }
    const first = await openStore(url, { now: Date.now, log: silent })
    const before = openEmbeddedQueue({ connections: first.connections, now: Date.now, log: silent, maxRecords: 3 })
    await first.transaction((tx) => before.publish('records', [batch], tx))
    await first.close()
    const second = await openStore(url, { now: Date.now, log: silent })
    const after = openEmbeddedQueue({ connections: second.connections, now: Date.now, log: silent, maxRecords: 3 })
    await expect(second.transaction((tx) => after.publish('records', [batch], tx))).rejects.toMatchObject({
      code: 'QUEUE_FULL',
    })
    await second.close()
  })

  it('writes nothing in advance for ordinary deliveries, even those after an unclean end', async () => {
    const store = await openStore('sqlite::memory:', { now: Date.now, log: silent })
    let [statements, transactions] = [0, 0]
    const connections = {
      ...store.connections,
      write: store.connections.write.withPlugin({
        transformQuery({ node }) {
          statements += 1
          return node
        },
        transformResult: async ({ result }) => result,
      }),
      transaction<Result>(work: (tx: Transaction) => Promise<Result>) {
        transactions += 1
        return store.transaction(work)
      },
    }
    const hung = Promise.withResolvers<void>()
    const deliver = async (texts: readonly string[], hangs: (id: string | undefined) => boolean) => {
      const queue = openEmbeddedQueue({ connections, now: Date.now, log: silent })
      let last: string | undefined
      queue.consume('alerts', async (ids) => {
        last = ids.at(-1)
        if (hangs(last)) await hung.promise
      })
      for (const text of texts) {
        await store.transaction((tx) => queue.publish('alerts', [text], tx))
        await until(() => last === text)
        if (!hangs(text)) await queue.idle()
      }
      return queue
    }
    const first = await deliver(['a', 'b', 'c', 'killed'], (id) => id === 'killed')
    expect({ statements, transactions }).toEqual({ statements: 1, transactions: 0 })
    const second = await deliver(['d', 'e', 'f'], () => false)
    // Only the delivery that was running is marked.
    expect({ statements, transactions }).toEqual({ statements: 2, transactions: 1 })
    hung.resolve()
    for (const queue of [first, second]) await queue.close()
    await store.close()
  })

  it('finishes work that takes longer than the server lives, and blames no job', { timeout: 60_000 }, async () => {
    const url = `sqlite:${join(folder, `${files++}.db`)}`
    const texts = Array.from({ length: 4_000 }, (_, index) => `line ${index}`)
    const seen: string[] = []
    const lives: { store: OpenStore; queue: ReturnType<typeof openEmbeddedQueue> }[] = []
    const hung = Promise.withResolvers<void>()
    do {
      const store = await openStore(url, { now: Date.now, log: silent })
      const queue = openEmbeddedQueue({ connections: store.connections, now: Date.now, log: silent })
      lives.push({ store, queue })
      const batch: RecordBatch = { partition: 0, first: 0, source: 'test', receivedAt: 0, texts }
      if (lives.length === 1) await store.transaction((tx) => queue.publish('records', [batch], tx))
      // Enough for a few hundred records.
      let lifetime = 700
      const { promise: killed, resolve: kill } = Promise.withResolvers<void>()
      consumeBatches(queue, async (batches) => {
        const own = batches.flatMap((one) => one.texts)
        lifetime -= own.length + 20
        if (lifetime < 0) {
          kill()
          return hung.promise
        }
        seen.push(...own)
      })
      await Promise.race([killed, queue.idle()])
      expect(await queue.deadLetters()).toEqual([])
      await store.close()
    } while (seen.length < texts.length)
    expect(seen).toEqual(texts)
    expect(lives.length).toBeLessThan(40)
    hung.resolve()
    for (const { queue } of lives) await queue.close(0)
  })

  it('lets a rush of publishers in between two deliveries', async () => {
    const store = await openStore('sqlite::memory:', { now: Date.now, log: silent })
    const queue = openEmbeddedQueue({ connections: store.connections, now: Date.now, log: silent })
    const batch = { partition: 0, first: 0, source: 'test', receivedAt: 0, texts: ['a'] }
    let deliveries = 0
    consumeBatches(queue, async () => {
      deliveries += 1
      for (const end = performance.now() + 200; performance.now() < end; );
    })
    for (let i = 0; i < 12; i++) {
      await store.transaction((tx) => queue.publish('records', [batch], tx))
      // A sender needs a moment to read the answer and to send again.
      await new Promise((done) => setTimeout(done, 2))
    }
    expect(deliveries).toBeLessThan(6)
    await queue.idle()
    await queue.close()
    await store.close()
  })
})
