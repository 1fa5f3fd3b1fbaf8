import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppError } from '../../src/errors.ts'
import { describeAlertGroups } from '../../src/operations/alerts/group-alerts.conformance.ts'
import { describeManyAlerts } from '../../src/operations/alerts/many-alerts.conformance.ts'
import { openEmbeddedQueue } from '../../src/queue/embedded.ts'
import { createLane } from '../../src/queue/lane.ts'
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
import { keeps } from '../keeps.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
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

  it('makes every process restore what it has learnt after the sample was removed', async () => {
    const [store, other] = [await openEmpty(), await open()]
    let restored = 0
    const memory = {
      async restore() {
        restored += 1
      },
      async save() {},
    }
    const lane = createLane(other.connections, 'facts', { handle: async () => {}, memory })
    const prepare = async () => {
      expect(await lane.hold()).toBe(true)
      await lane.prepare()
    }
    try {
      await prepare()
      await prepare()
      expect(restored).toBe(1)
      const fence = lane.lease.fence()
      await store.sourceData.remove('sample:', async () => {})
      await expect(other.transaction(fence)).rejects.toMatchObject({ code: 'CONFLICT', retryable: true })
      await prepare()
      expect(restored).toBe(2)
    } finally {
      await lane.end()
      await store.close()
      await other.close()
    }
  })

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

  it(keeps('any.existing-tables'), async () => {
    const former = `${database.url}_former`
    const name = new URL(former).pathname.slice(1)
    const owner = new pg.Client({ connectionString: database.url })
    await owner.connect()
    await owner.query(`create database ${name}`)
    const client = new pg.Client({ connectionString: former })
    await client.connect()
    await client.query(`create table alerts (id uuid primary key default gen_random_uuid(), alert_id varchar(100) unique, raw_data jsonb);
      create table triage_results (id serial primary key, alert_id varchar(100) references alerts (alert_id) on delete cascade);
      create view v_active_alerts as select alert_id from alerts;
      create index alerts_changed_at on alerts (raw_data);
      insert into alerts (alert_id, raw_data) values ('ALT-1', '{"a": 1}');
      insert into triage_results (alert_id) values ('ALT-1')`)
    for (let start = 0; start < 2; start += 1) {
      const store = await openStore(former, { now: Date.now, log })
      await store.transaction((tx) => store.alerts.save([sampleAlert(1)], tx))
      await store.close()
    }
    const rows = async (query: string) => (await client.query(query)).rows
    expect(await rows('select alert_id, raw_data from former_alerts')).toEqual([
      { alert_id: 'ALT-1', raw_data: { a: 1 } },
    ])
    expect(await rows('select * from v_active_alerts')).toEqual([{ alert_id: 'ALT-1' }])
    expect(await rows('select alert_id from former_triage_results')).toEqual([{ alert_id: 'ALT-1' }])
    expect(await rows('select alert_id from alerts')).toHaveLength(1)
    expect(await rows("select 1 from pg_class where relname like 'former\\_former%'")).toEqual([])
    await client.query('delete from former_alerts')
    expect(await rows('select * from former_triage_results')).toEqual([])
    await client.end()
    await owner.query(`drop database ${name} with (force)`)
    await owner.end()
  })

  it('is recognised if a development version created it', async () => {
    const first = await openEmpty()
    await first.transaction((tx) => first.alerts.save([sampleAlert(1)], tx))
    const { write } = first.connections
    const rows = formerMigrations.map((name) => sql`(${name}, '2026-11-22')`)
    await sql`delete from kysely_migration`.execute(write)
    // The later migrations change these.
    await sql`alter table leases drop column epoch`.execute(write)
    await sql`alter table notifications drop column receipt`.execute(write)
    await sql`alter table event_blocks drop column object_name`.execute(write)
    await sql`alter table jobs drop column suspicion`.execute(write)
    await sql`alter table jobs drop column origin`.execute(write)
    await sql`drop schema compat cascade`.execute(write)
    await sql`drop table inserted_alerts`.execute(write)
    await sql`drop table query_roles`.execute(write)
    await sql`alter table triage_results add column body text not null default '{}'`.execute(write)
    for (const table of ['alerts', 'detections']) {
      await sql`alter table ${sql.table(table)} alter column body type text using ''`.execute(write)
    }
    await sql`update alerts set body = ${JSON.stringify(sampleAlert(1))}`.execute(write)
    await sql`insert into kysely_migration (name, timestamp) values ${sql.join(rows)}`.execute(write)
    await first.close()
    const stores = await Promise.all([open(), open()])
    for (const store of stores) expect(await store.alerts.get('alert-000001')).toEqual(sampleAlert(1))
    await Promise.all(stores.map((store) => store.close()))
  })

  it('gives each job to one of several processes, with failover', async () => {
    const first = await openEmpty()
    const second = await open()
    const done: string[] = []
    const queues = [first, second].map(({ connections }, index) => {
      const queue = openEmbeddedQueue({ connections, now: Date.now, log })
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

    // Its database connections are lost without a close: the lease is free once it is not renewed.
    const [dead, deadStore, alive, aliveStore] = worker === '0' ? [one, first, two, second] : [two, second, one, first]
    await deadStore.close()
    await aliveStore.transaction((tx) => alive.publish('alerts', ['later'], tx))
    await alive.idle()
    expect(done.at(-1)).toBe(`later by ${worker === '0' ? 1 : 0}`)
    await dead.close(0)
    await alive.close()
    await aliveStore.close()
  })

  /** Delivers one job, whose handler waits until the lease of its topic was changed. */
  const deliverDuring = async (takeOver: (store: OpenStore) => Promise<unknown>) => {
    const store = await openEmpty()
    const queue = openEmbeddedQueue({ connections: store.connections, now: Date.now, log })
    const begun = Promise.withResolvers<void>()
    const takenOver = Promise.withResolvers<void>()
    const attempts: (string | undefined)[] = []
    const restored: number[] = []
    queue.consume(
      'alerts',
      async (ids, { transaction }) => {
        begun.resolve()
        await takenOver.promise
        const refused = await transaction().then(
          () => undefined,
          (error: AppError) => error.code,
        )
        attempts.push(refused)
        if (refused) throw new Error('a failure that would count as an attempt')
        await queue.publish('incidents', ids, await transaction())
      },
      {
        async restore() {
          restored.push(attempts.length)
        },
        save: async () => {},
      },
    )
    await store.transaction((tx) => queue.publish('alerts', ['a'], tx))
    await begun.promise
    await takeOver(store)
    takenOver.resolve()
    await until(() => attempts.length > 0)
    return { store, queue, attempts, restored }
  }
  const setLease = ({ connections: { write } }: OpenStore, lease: { owner?: string; epoch?: number; until: number }) =>
    write.updateTable('leases').set(lease).where('name', '=', 'alerts').execute()

  it('changes nothing in a delivery whose topic another process has taken over', async () => {
    const { store, queue, attempts, restored } = await deliverDuring((opened) =>
      setLease(opened, { owner: 'somebody else', epoch: 77, until: Date.now() + 600_000 }),
    )
    // It does not even note the failure: the job is now the other one's.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const job = await store.connections.read.selectFrom('jobs').select(['state', 'attempts']).executeTakeFirst()
    expect({ attempts, job }).toEqual({ attempts: ['CONFLICT'], job: { state: 'ready', attempts: 0 } })

    await setLease(store, { until: 0 })
    await until(() => attempts.length > 1, 'the delivery after the lease has come back')
    expect({ attempts, restored }).toEqual({ attempts: ['CONFLICT', undefined], restored: [0, 1] })
    await queue.close()
    await store.close()
  })

  it('changes nothing in a delivery that another process interrupted, although the lease came back', async () => {
    const { store, queue, attempts, restored } = await deliverDuring(async (opened) => {
      await setLease(opened, { owner: 'somebody else', epoch: 77, until: 0 })
      const { read } = opened.connections
      await until(async () => {
        const lease = await read.selectFrom('leases').select('epoch').where('name', '=', 'alerts').executeTakeFirst()
        return lease?.epoch === 78
      }, 'the lease coming back')
    })
    await until(() => attempts.length > 1, 'the delivery after the state was restored')
    expect({ attempts, restored }).toEqual({ attempts: ['CONFLICT', undefined], restored: [0, 1] })
    await queue.close()
    await store.close()
  })

  it('shows what a process with a slow clock has changed', async () => {
    const fast = await openStore(database.url, { now: Date.now, log, followsServer: true })
    const slow = await openStore(database.url, { now: () => Date.now() - 300_000, log, followsServer: true })
    expect(Math.abs(slow.now() - fast.now())).toBeLessThan(2_000)
    await fast.transaction((tx) => fast.alerts.save([sampleAlert(1)], tx))
    expect((await fast.alerts.recent()).map(({ id }) => id)).toContain('alert-000001')
    await slow.transaction((tx) => slow.alerts.save([sampleAlert(2)], tx))
    expect((await fast.alerts.recent()).map(({ id }) => id)).toContain('alert-000002')
    await fast.close()
    await slow.close()
  })

  it('shows what was committed long after it was stamped', async () => {
    let time = Date.now()
    const [store, slow] = [await openEmpty(() => time), await open(() => time)]
    const recent = async () => (await store.alerts.recent()).map(({ id }) => id).sort()
    const { tx, commit } = await slow.begin()
    await slow.alerts.save([sampleAlert(1)], tx)
    time += 60_000
    await store.transaction((other) => store.alerts.save([sampleAlert(2)], other))
    expect(await recent()).toEqual(['alert-000002'])
    await commit()
    expect(await recent()).toEqual(['alert-000001', 'alert-000002'])
    await store.close()
    await slow.close()
  })

  it('lets transactions change the same rows, named in any order', async () => {
    const stores = [await openEmpty(), await open()]
    const sources = Array.from({ length: 40 }, (_, number) => `source-${number}`)
    const write = async (partition: number) => {
      for (let round = 0; round < 20; round += 1) {
        const shift = (partition * 7 + round * 13) % sources.length
        const order = [...sources.slice(shift), ...sources.slice(0, shift)]
        const events = order.map((source, index) => ({
          ...{ id: `${partition}-${round * sources.length + index}`, kind: 'event' as const, source, stream: source },
          ...{ time: 0, timeGuessed: false, receivedAt: 0, message: 'm', original: 'm', fields: {} },
        }))
        const store = stores[partition % stores.length]
        await store?.transaction((tx) => store.events.save(events, tx))
      }
    }
    await Promise.all([0, 1, 2, 3].map(write))
    const volumes = await stores[0]?.events.volumeBySource({ from: 0, to: 300_000 })
    expect(new Set(volumes?.map(({ lines }) => lines))).toEqual(new Set([80]))
    for (const store of stores) await store.close()
  })

  it('asks to try again while the server only reads, as during a failover', async () => {
    const store = await openEmpty()
    const saving = store.transaction(async (tx) => {
      await sql`set transaction read only`.execute(tx)
      await store.alerts.save([sampleAlert(1)], tx)
    })
    await expect(saving).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true, retryAfter: 5 })
    await store.close()
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
