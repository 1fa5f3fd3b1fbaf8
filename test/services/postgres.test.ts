import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeAlertGroups } from '../../src/operations/alerts/group-alerts.conformance.ts'
import { describeManyAlerts } from '../../src/operations/alerts/many-alerts.conformance.ts'
import { openEmbeddedQueue } from '../../src/queue/embedded.ts'
import { describeQueue, type QueueUnderTest } from '../../src/queue/queue.conformance.ts'
import type { Transaction } from '../../src/store/database.ts'
import { describeIntelStore } from '../../src/store/intel/intel.conformance.ts'
import { describeLlmStore } from '../../src/store/language-models/llm.conformance.ts'
import { describeModelOpinionStore } from '../../src/store/language-models/model-opinions.conformance.ts'
import { formerMigrations } from '../../src/store/migrations/migrations.ts'
import { type OpenStore, openStore } from '../../src/store/open-store.ts'
import { describeQueryResults } from '../../src/store/query-results/query-results.conformance.ts'
import { describeRetention } from '../../src/store/retention.conformance.ts'
import { sampleAlert, sampleDetection } from '../../src/store/samples.conformance.ts'
import { describeStore } from '../../src/store/store.conformance.ts'
import { needs } from '../needs.ts'
import { findPostgres, postgresDatabase } from './postgres.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

describe('PostgreSQL', needs(await findPostgres()), () => {
  const database = postgresDatabase()
  beforeAll(database.create)
  afterAll(database.drop)
  const open = (now: () => number = Date.now) => openStore(database.url, { now, log })
  const openEmpty = async (now?: () => number) => {
    await database.empty()
    return open(now)
  }

  describeStore('in PostgreSQL', openEmpty)
  describeAlertGroups('in PostgreSQL', openEmpty)
  describeManyAlerts('in PostgreSQL', database.empty, (alertsInMemory) =>
    openStore(database.url, { now: Date.now, log, alertsInMemory }),
  )
  describeRetention('in PostgreSQL', openEmpty)
  describeIntelStore('in PostgreSQL', openEmpty)
  describeQueryResults('in PostgreSQL', openEmpty)
  describeLlmStore('in PostgreSQL', openEmpty)
  describeModelOpinionStore('in PostgreSQL', openEmpty)

  const over = (
    store: OpenStore,
    settings: { readonly now: () => number; readonly maxRecords?: number },
  ): QueueUnderTest<Transaction> => ({
    queue: openEmbeddedQueue({ connections: store.connections, log, ...settings }),
    transaction: store.transaction,
    async reopen() {
      await store.close()
      return over(await open(settings.now), settings)
    },
    end: store.close,
  })
  describeQueue('in PostgreSQL', async (settings) => over(await openEmpty(settings.now), settings))

  it('is recognised if a development version created it', async () => {
    const first = await openEmpty()
    await first.transaction((tx) => first.alerts.save([sampleAlert(1)], tx))
    const { write } = first.connections
    const rows = formerMigrations.map((name) => sql`(${name}, '2026-11-22')`)
    await sql`delete from kysely_migration`.execute(write)
    await sql`insert into kysely_migration (name, timestamp) values ${sql.join(rows)}`.execute(write)
    await first.close()
    const stores = await Promise.all([open(), open()])
    for (const store of stores) expect(await store.alerts.get('alert-000001')).toEqual(sampleAlert(1))
    await Promise.all(stores.map((store) => store.close()))
  })

  it('gives each job to one of several processes, with failover', async () => {
    const first = await openEmpty()
    const second = await open()
    let time = Date.now()
    const done: string[] = []
    const queues = [first, second].map(({ connections }, index) => {
      const queue = openEmbeddedQueue({ connections, now: () => time, log })
      queue.consume('alerts', async (ids) => void done.push(...ids.map((id) => `${id} by ${index}`)))
      return queue
    })
    const [one, two] = queues
    if (!one || !two) throw new Error('There are two queues.')
    for (let number = 0; number < 20; number++) {
      await first.transaction((tx) => one.publish('alerts', [String(number)], tx))
    }
    await two.idle()
    const worker = done[0]?.at(-1)
    expect(done).toEqual(Array.from({ length: 20 }, (_, number) => `${number} by ${worker}`))

    // Its database connection is lost without a close: the lease expires.
    const [dead, deadStore, alive, aliveStore] = worker === '0' ? [one, first, two, second] : [two, second, one, first]
    await deadStore.close()
    await aliveStore.transaction((tx) => alive.publish('alerts', ['later'], tx))
    time += 30_000
    await alive.idle()
    expect(done.at(-1)).toBe(`later by ${worker === '0' ? 1 : 0}`)
    await dead.close(0)
    await alive.close()
    await aliveStore.close()
  })

  it('stores a text with the one character that PostgreSQL cannot store', async () => {
    const store = await openEmpty()
    const detection = sampleDetection(1, { title: 'a \0 b', stream: 'a\0b' })
    await store.transaction((tx) => store.detections.save([detection], tx))
    expect(await store.detections.get(detection.id)).toEqual(detection)
    await store.close()
  })

  it('explains that a server is unreachable', async () => {
    await expect(
      openStore('postgres://somebody:secret@127.0.0.1:1/none', { now: Date.now, log }),
    ).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      message: expect.not.stringContaining('secret'),
    })
  })
})
