import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { summarizeAlerts } from '../../src/compat/triage/summarize-alerts.ts'
import { countAlerts } from '../../src/operations/alerts/count-alerts.ts'
import { listAlertIndex } from '../../src/operations/alerts/list-alert-index.ts'
import { updateAlerts } from '../../src/operations/alerts/update-alerts.ts'
import { wakeAlerts } from '../../src/operations/alerts/wake-alerts.ts'
import { openEmbeddedQueue } from '../../src/queue/embedded.ts'
import { unpackDocument } from '../../src/store/json.ts'
import { type OpenStore, openStore } from '../../src/store/open-store.ts'
import { at, begin, sampleAlert } from '../../src/store/samples.conformance.ts'

const many = 300_000
const copies = 10
const day = 86_400_000
const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

// Half of the alerts are closed or suppressed; the oldest of them do not fit in memory.
const statuses = ['resolved', 'triaged', 'false_positive', 'new', 'resolved', 'triaged', 'suppressed', 'new'] as const
const statusOf = (number: number) => statuses[number % 8] ?? 'new'
const manyAlert = (number: number) =>
  sampleAlert(number, {
    status: statusOf(number),
    severity: number % 1_000 === 0 ? 'critical' : 'low',
    evidence: [],
    contributions: [],
    created_at: at(number / 1_000),
    last_seen: at(number / 1_000 + 1),
    ...(number % 8 === 1 && number < 4_000 && { snoozed_until: at(number / 1_000) }),
  })

const idOf = (number: number, copy: number) => (copy === 0 ? '' : `copy-${copy}-`) + manyAlert(number).id

describe('300,000 alerts', () => {
  let folder = ''
  let store: OpenStore
  let time = begin
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vedette-300k-'))
    store = await openStore(`sqlite:${join(folder, 'vedette.db')}`, { now: () => time, log })
    const alerts = Array.from({ length: many / copies }, (_, number) => manyAlert(number))
    await store.transaction((tx) => store.alerts.save(alerts, tx))
    await writePlainly()
    for (let copy = 1; copy < copies; copy++) await copyAll(copy)
    time = begin + day
  })
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })

  /** Stores the documents uncompressed, so that the database can change the ids in them. */
  const writePlainly = () =>
    store.transaction(async (tx) => {
      const { rows } = await sql<{ alert_id: string; body: Uint8Array }>`select alert_id, body from alerts`.execute(tx)
      for (const { alert_id, body } of rows) {
        const plain = Buffer.from(JSON.stringify(unpackDocument(body)))
        await sql`update alerts set body = ${plain} where alert_id = ${alert_id}`.execute(tx)
      }
    })

  /** Copies every alert under another id: much faster than saving each. */
  const copyAll = (copy: number) =>
    store.transaction(async (tx) => {
      const span = many / copies
      for (const [table, document] of [
        ['alerts', 'body'],
        ['alert_heads', 'head'],
      ] as const) {
        const { rows } = await sql<{ name: string }>`select name from pragma_table_info(${table})`.execute(tx)
        const columns = rows.map(({ name }) => sql.ref(name))
        const values = rows.map(({ name }) => {
          if (name === 'alert_id') return sql`${`copy-${copy}-`} || alert_id`
          if (name === 'changed_at') return sql`changed_at + ${copy * span}`
          if (name !== document) return sql.ref(name)
          const copied = sql`replace(cast(${sql.ref(document)} as text), '"id":"alert-', ${`"id":"copy-${copy}-alert-`})`
          return document === 'body' ? sql`cast(${copied} as blob)` : copied
        })
        await sql`insert into ${sql.table(table)} (${sql.join(columns)})
          select ${sql.join(values)} from ${sql.table(table)} where alert_id like 'alert-%'`.execute(tx)
      }
    })

  const deps = () => ({
    store,
    queue: openEmbeddedQueue({ connections: store.connections, now: () => time, log }),
    now: () => time,
    newId: () => crypto.randomUUID(),
    actor: { name: 'noor', role: 'analyst' } as const,
  })
  const list = (input: object) => listAlertIndex.run(listAlertIndex.input.parse({ limit: 500, ...input }), deps())
  const eighth = many / 8

  it('are all listed, counted and summarized', async () => {
    expect(await list({})).toMatchObject({ total: many })
    expect(await list({ sort: 'created_at', limit: 1 })).toMatchObject({ data: [{ created_at: at(0) }] })
    // The first alerts are the ones that do not fit in memory.
    expect(await list({ q: 'severity:critical', limit: 1 })).toMatchObject({ total: many / 1_000 })
    expect(await list({ q: '203.0.113.200 status:resolved', limit: 1 })).toMatchObject({ total: 600 })
    const { total, of, facets } = await countAlerts.run(countAlerts.input.parse({ fields: ['status'] }), deps())
    expect({ total, of }).toEqual({ total: many, of: many })
    expect(Object.fromEntries(facets[0]?.values.map(({ value, count }) => [value, count]) ?? [])).toEqual({
      resolved: 2 * eighth,
      triaged: 2 * eighth,
      new: 2 * eighth,
      false_positive: eighth,
      suppressed: eighth,
    })
    expect(await summarizeAlerts.run({}, deps())).toMatchObject({
      total: many,
      by_severity: { critical: many / 1_000 },
    })
    const { groups } = await list({ group: 'status' })
    expect(groups?.reduce((sum, { count }) => sum + count, 0)).toBe(many)
  })

  it('are all listed page after page, each once', async () => {
    const seen = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await list({ q: 'severity:critical', sort: 'created_at', limit: 200, ...(cursor && { cursor }) })
      for (const { id } of page.data) seen.add(id)
      cursor = page.next_cursor ?? undefined
    } while (cursor !== undefined)
    expect(seen.size).toBe(many / 1_000)
  })

  it('are all changed by a filter, and all woken, in memory or not', async () => {
    const input = { filter: 'severity:critical -assignee:*', action: 'assign', assignee: 'sam' }
    const report = await updateAlerts.run(updateAlerts.input.parse({ ...input, wait: true }), deps())
    expect(report).toMatchObject({ matched: many / 1_000, changed: many / 1_000 })
    expect(await list({ q: 'assignee:sam', limit: 1 })).toMatchObject({ total: many / 1_000 })
    expect(await list({ q: 'snoozed:true', limit: 1 })).toMatchObject({ total: 5_000 })
    expect(await wakeAlerts(deps())).toBe(5_000)
    expect(await list({ q: 'snoozed:true', limit: 1 })).toMatchObject({ total: 0 })
  })

  it('do not block the main thread meanwhile', async () => {
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    await list({ q: 'failed' })
    await countAlerts.run(countAlerts.input.parse({}), deps())
    clearInterval(timer)
    expect(turns).toBeGreaterThan(20)
  })

  it('are removed when closed and old, with correct counts afterwards', async () => {
    const last = many / copies - 1
    const old = await store.connections.read
      .selectFrom('alert_heads')
      .select('changed_at')
      .where('alert_id', '=', idOf(last, 1))
      .executeTakeFirstOrThrow()
    // The critical ones have changed in the meantime.
    const settled = Array.from({ length: last }, (_, number) => number).filter(
      (number) => number % 2 === 0 && number % 1_000 !== 0,
    )
    const removed = 2 * settled.length
    time = begin + 2 * day
    expect(await store.retention.retain({ alerts: old.changed_at })).toMatchObject({ alerts: removed })
    expect(await list({ limit: 1 })).toMatchObject({ total: many - removed })
    expect(await store.alerts.total()).toBe(many - removed)
  })
})
