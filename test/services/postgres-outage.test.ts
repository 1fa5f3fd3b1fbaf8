import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLease } from '../../src/queue/lease.ts'
import { openStore } from '../../src/store/open-store.ts'
import { freePort } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { createLine, type Line } from './line.ts'
import { createPostgresCluster, type PostgresCluster, postgresPrograms } from './postgres-cluster.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

describe('a store with a lost PostgreSQL', needs(postgresPrograms()), () => {
  let cluster: PostgresCluster
  let line: Line
  let url: string
  beforeAll(async () => {
    cluster = await createPostgresCluster()
    const port = await freePort()
    line = createLine(port, { host: '127.0.0.1', port: cluster.port })
    await line.open()
    url = cluster.url(port)
  })
  afterAll(async () => {
    await line?.close()
    await cluster?.remove()
  })

  it('keeps the process alive when a connection breaks during a transaction', async () => {
    const store = await openStore(url, { now: Date.now, log })
    for (const lose of [
      () => cluster.ask("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'vedette'"),
      () => line.cut(),
    ]) {
      // More often than the pool has connections: a lost one must not occupy its slot forever.
      for (let round = 0; round < 12; round++) {
        const { tx, commit, rollback } = await store.begin()
        await tx.selectFrom('counters').selectAll().execute()
        await lose()
        await expect(commit()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
        await rollback()
        await store.ping()
      }
    }
    await store.close()
  })

  it('repeats a read whose session was ended, but not within a transaction', async () => {
    const store = await openStore(url, { now: Date.now, log })
    const slow = (from: Pick<typeof store.connections.read, 'selectNoFrom'>) =>
      from.selectNoFrom(sql<number>`(select 1 from pg_sleep(2))`.as('value')).executeTakeFirstOrThrow()
    const end = () => cluster.ask("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'vedette'")
    for (const lose of [end, async () => line.cut()]) {
      const read = slow(store.connections.read)
      await pause(500)
      await lose()
      expect(await read).toEqual({ value: 1 })

      const { tx, rollback } = await store.begin()
      const inTransaction = expect(slow(tx)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
      await pause(500)
      await lose()
      await inTransaction
      await rollback()
    }
    await store.close()
  })

  it('finds out after the loss whether a commit succeeded', async () => {
    const store = await openStore(url, { now: Date.now, log })
    let committed = 0
    store.connections.onCommit(() => committed++)
    const write = () =>
      store.transaction((tx) => tx.insertInto('counters').values({ name: 'written', value: 1 }).execute())
    const written = () =>
      store.connections.read.selectFrom('counters').where('name', '=', 'written').select('value').execute()

    line.loseAnswerTo('commit')
    await write()
    expect(await written()).toHaveLength(1)
    expect(committed).toBe(1)

    await store.connections.write.deleteFrom('counters').where('name', '=', 'written').execute()
    line.lose('commit')
    await expect(write()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(await written()).toHaveLength(0)
    expect(committed).toBe(1)
    await store.close()
  })

  it('answers in time when the network drops all packets, and recovers afterwards', async () => {
    const store = await openStore(url, { now: Date.now, log })
    const { tx, commit, rollback } = await store.begin()
    await tx.insertInto('counters').values({ name: 'swallowed', value: 1 }).execute()
    line.silence()
    await expect(commit()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    await rollback()
    await expect(store.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    line.resume()
    await until(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    )
    await store.close()
  })

  it('lets a slow query finish', async () => {
    const store = await openStore(url, { now: Date.now, log })
    const { rows } = await sql<{ slept: number }>`select 1 as slept from pg_sleep(8)`.execute(store.connections.read)
    expect(rows).toEqual([{ slept: 1 }])
    await store.close()
  })

  it('takes a lease over soon after its owner has ended, but gives all owners time to come back after a restart', async () => {
    const store = await openStore(cluster.url(), { now: Date.now, log })
    const { connections } = store
    const leave = (name: string, ageMs: number) =>
      connections.write
        .insertInto('leases')
        .values({
          name,
          owner: 'vedette gone/1/0',
          epoch: 1,
          until: sql`${connections.peers?.moment} + ${20_000 - ageMs}`,
        })
        .execute()
    const uptime = async () => {
      const [row] = await cluster.ask(
        'select extract(epoch from clock_timestamp() - pg_postmaster_start_time())::float8 as seconds',
      )
      return z.object({ seconds: z.number() }).parse(row).seconds
    }
    await until(async () => (await uptime()) > 7)
    await leave('silent for 4 s', 4_000)
    expect(await createLease(connections, 'silent for 4 s').hold()).toBe('taken over')
    // A lease that lasts longer than the test.
    await leave('silent for less', -600_000)
    expect(await createLease(connections, 'silent for less').hold()).toBeUndefined()

    await cluster.stop('fast')
    await cluster.start()
    await until(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    )
    await leave('before the restart', 4_000)
    const lease = createLease(connections, 'before the restart')
    await until(async () => (await lease.hold()) === 'taken over')
    expect(await uptime()).toBeGreaterThan(6)
    await store.close()
  })

  it('fails at once if the password or the database is wrong', async () => {
    for (const wrong of [url.replace('secret', 'guess'), url.replace(/vedette$/, 'nobody')]) {
      await expect(openStore(wrong, { now: Date.now, log })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: false,
        hint: expect.stringContaining('storage.url'),
      })
    }
  })
})
