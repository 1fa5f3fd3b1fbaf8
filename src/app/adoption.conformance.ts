import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logAnalyzerTables } from '../compat/log-analyzer/adoption/former-tables.fake.ts'
import { logMonitorTables, networkAgentTables } from '../compat/network-agents/adoption/former-tables.fake.ts'
import { orderQueryId, queryGuardTables } from '../compat/query-guard/adoption/former-tables.fake.ts'
import { triageTables } from '../compat/triage/adoption/former-tables.fake.ts'
import { loadConfig } from '../config.ts'
import { openFormerDatabase } from '../operations/adoption/former-database.ts'
import type { FormerTables } from '../operations/adoption/former-tables.fake.ts'
import { type OpenStore, openStore } from '../store/open-store.ts'
import { adoptInstallation } from './adoption.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const now = () => Date.parse('2026-06-01T00:00:00Z')

interface FormerCase {
  readonly system: string
  readonly tables: FormerTables
  /** How many of each are added. */
  readonly added: Readonly<Record<string, number>>
  /** The beginnings of what is not taken. */
  readonly leftOut: readonly string[]
  verify(store: OpenStore): Promise<void>
}

const cases: readonly FormerCase[] = [
  {
    system: 'log-analyzer',
    tables: logAnalyzerTables,
    added: { 'scored batches': 3, 'log lines': 503 },
    leftOut: [],
    async verify(store) {
      const batches = await store.scoredBatches.list(10)
      expect(batches.map(({ id, service, severity }) => [id, service, severity])).toEqual([
        [7, 'auth', 0.87],
        [2, null, 0.82],
        [1, 'auth', 0.81],
      ])
      expect(batches[2]).toMatchObject({
        features: { count: 10, error_count: 1 },
        detected_at: Date.UTC(2026, 0, 5, 10, 1),
      })
    },
  },
  {
    system: 'network-agents',
    tables: networkAgentTables,
    added: { anomalies: 512, alerts: 1 },
    leftOut: [],
    async verify(store) {
      expect(await store.anomalies.count()).toBe(512)
      expect(await store.anomalies.list({ limit: 1, offset: 0 })).toMatchObject([
        { id: 512, agent_name: 'wifi', timestamp: '2026-03-01T08:31:00', features: { disassociation_events: 511 } },
      ])
    },
  },
  {
    system: 'network-agents',
    tables: logMonitorTables,
    added: { anomalies: 1, alerts: 0 },
    leftOut: ['rows of log_entries', 'rows of anomaly_patterns'],
    async verify(store) {
      expect(await store.anomalies.list({ limit: 9, offset: 0 })).toMatchObject([
        { id: 4, anomaly_type: 'pattern_match', confidence: 0.7, features: { pattern: 'x' } },
      ])
    },
  },
  {
    system: 'query-guard',
    tables: queryGuardTables,
    added: { queries: 1, 'query results': 2, 'query analyses': 1 },
    leftOut: ['rows of trained_models', 'rows of query_features'],
    async verify(store) {
      expect(await store.queryResults.queries(5)).toMatchObject([
        { query_id: orderQueryId, operation_name: 'Orders', times: 1, complexity: 12.5 },
      ])
      expect(await store.queryResults.streams(orderQueryId)).toMatchObject([{ dataset: 'orders', records: 240 }])
      const [first] = await store.queryResults.newest(orderQueryId, 'orders', 240)
      expect(first?.records[0]).toEqual({ id: 0, amount: 10, country: 'DE', note: "it's" })
      expect(await store.queryResults.analyses(orderQueryId, 5)).toMatchObject([
        {
          ...{ is_odd: true, dataset: 'orders', score: 0.9, mode: 'comparative', recommendations: ['Add a limit.'] },
          odd_records: [{ index: 4, reason: 'The amount is large.', risk_level: 'high' }],
          drift: [{ type: 'numeric_mean', severity: 'high' }],
          concerns: [{ description: 'It reads e-mail addresses.' }],
        },
      ])
    },
  },
  {
    system: 'triage',
    tables: triageTables,
    added: { assets: 1, users: 2, indicators: 1, incidents: 1, alerts: 502, actions: 1, 'audit entries': 2 },
    leftOut: ['indicators', 'actions', 'rows of workflow_templates', 'passwords'],
    async verify(store) {
      expect(await store.alerts.total()).toBe(502)
      expect(await store.alerts.get('ALT-00003')).toMatchObject({
        ...{ status: 'investigating', type: 'ddos', severity: 'low', assignee: 'jdoe', incident_id: 'INC-2026-001' },
        ...{
          title: 'Something happened 3',
          first_seen: '2026-01-08T12:00:00.000Z',
          updated_at: '2026-01-08T13:30:00.000Z',
        },
        observed: {
          user_name: 'jdoe',
          asset_id: 'srv-1',
          source_port: 4711,
          raw_data: { number: 3, message: 'with {braces}' },
        },
        triage: {
          ...{ risk_score: 88, risk_level: 'high', confidence: 0.75, summary: 'It is malware.' },
          recommended_actions: [{ action: 'Isolate', type: 'containment' }, { action: 'Call' }],
          review: { reviewer: 'jdoe', notes: 'Agreed', reviewed_at: '2026-01-08T13:30:00.000Z' },
        },
      })
      expect((await store.alerts.get('ALT-00002'))?.observed).toMatchObject({
        source_ip: '45.33.32.156',
        destination_ip: '10.0.0.5',
      })
      expect((await store.alerts.counts()).map(({ status }) => status)).toEqual(
        expect.arrayContaining(['new', 'triaged', 'investigating', 'resolved', 'false_positive', 'suppressed']),
      )
      expect((await store.alertContext.of('ALT-00003')).map(({ context_type }) => context_type).sort()).toEqual([
        ...['asset', 'network', 'user'],
      ])
      expect(await store.alerts.untriaged(10)).toEqual([])
      expect(await store.incidents.get('INC-2026-001')).toMatchObject({
        ...{ status: 'contained', severity: 'high', assignee: 'jdoe', root_cause: 'A plug-in', display_id: 'INC-1' },
        ...{ contained_at: '2026-01-08T13:30:00.000Z', members: [{ alert_id: 'ALT-00003' }] },
      })
      expect((await store.remediationActions.list({ limit: 9 })).items).toMatchObject([
        {
          incident_id: 'INC-2026-001',
          alert_id: 'ALT-00003',
          status: 'completed',
          action_type: 'isolation',
          priority: 1,
        },
      ])
      expect(await store.assets.get('srv-1')).toMatchObject({ addresses: ['10.0.0.5'], criticality: 'critical' })
      expect((await store.people.all()).map(({ username, is_active }) => [username, is_active]).sort()).toEqual([
        ['admin', true],
        ['jdoe', false],
      ])
      expect((await store.threatIntel.list({ limit: 9 })).items).toMatchObject([
        { ioc: '45.33.32.156', threat_level: 'high', sources: ['virustotal'], tags: ['scanner', 'ssh brute'] },
      ])
      const audit = (await store.audit.list({ limit: 9 })).items
      expect(audit.map(({ action, target_id }) => [action, target_id])).toEqual([
        ['adopt', expect.any(String)],
        ['update', 'ALT-00003'],
        ['update', 'ALT-00003'],
      ])
      expect(audit[2]).toMatchObject({ error: 'It failed.', ip_address: '10.0.0.9', old_values: { status: 'pending' } })
      expect(await store.audit.verify([])).toMatchObject({ rows: 3, faults: [] })
    },
  },
]

interface AdoptionRig {
  /** Makes the database of an older system; returns its URL. */
  source(tables: FormerTables): Promise<string>
  /** Returns the URL of an empty database. */
  target(): Promise<string>
}

/** Calls the adoption of every older system twice, and checks what arrives and that nothing else changes. */
export const describeAdoption = (where: string, { source, target }: AdoptionRig): void => {
  describe(`adoption ${where}`, () => {
    let folder = ''
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'vedette-adopt-'))
    })
    afterEach(() => rmSync(folder, { recursive: true, force: true }))

    const adopt = (place: string, url: string, isDryRun = false) => {
      const { config } = loadConfig({
        flags: { data_dir: folder, 'storage.url': url },
        env: { HOME: folder },
        cwd: folder,
        readText: () => undefined,
      })
      return adoptInstallation({
        ...{ place, cwd: folder, config, file: join(folder, 'vedette.yaml'), isDryRun, now, log },
      })
    }

    it.each(cases)('takes everything of $system once, and leaves the source as it is', async (one) => {
      const [from, to] = [await source(one.tables), await target()]
      const before = await sourceChecksum(from, one.tables)

      const planned = await adopt(from, to, true)
      expect(planned.systems.map(({ name }) => name)).toEqual([one.system])
      expect(planned.report).toBeUndefined()
      const nouns = planned.systems.flatMap(({ parts }) => parts.map(({ noun }) => noun))
      expect(nouns).toEqual(Object.keys(one.added))

      const first = await adopt(from, to)
      expect(Object.fromEntries(first.report?.parts.map(({ noun, added }) => [noun, added]) ?? [])).toEqual(one.added)
      expect(first.leftOut.map(({ what }) => what)).toEqual(one.leftOut)
      const store = await openStore(to, { now, log })
      await one.verify(store)
      await store.close()
      const adopted = await targetChecksum(to)

      const second = await adopt(from, to)
      expect(second.report?.parts.map(({ added }) => added)).toEqual(nouns.map(() => 0))
      expect(second.report?.parts.map(({ noun, present }) => [noun, present])).toEqual(Object.entries(one.added))
      expect(second.settings.outcome).toBe('present')
      expect(await targetChecksum(to)).toEqual(adopted)
      expect(await sourceChecksum(from, one.tables)).toEqual(before)
    })
  })
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** Counts and hashes the rows that the source was made with. */
const sourceChecksum = async (url: string, tables: FormerTables): Promise<Readonly<Record<string, string>>> => {
  const database = await openFormerDatabase(url)
  const found: Record<string, string> = {}
  for (const [name, { columns }] of Object.entries(tables)) {
    const rows: unknown[] = []
    for await (const page of database.table(name)?.pages('id') ?? []) {
      rows.push(...page.map((row) => Object.keys(columns).map((column) => row.text(column))))
    }
    found[name] = `${rows.length} ${digest(rows)}`
  }
  await database.close()
  return found
}

/** Counts and hashes the rows of every table. */
const targetChecksum = async (url: string): Promise<Readonly<Record<string, string>>> => {
  const store = await openStore(url, { now, log })
  const { read } = store.connections
  const found: Record<string, string> = {}
  for (const { name, isView } of await read.introspection.getTables()) {
    if (isView) continue
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(read)
    // Each commit over a network leaves a mark.
    const kept = rows.filter((row) => name !== 'counters' || !String(row.name).startsWith('mark '))
    found[name] = `${kept.length} ${digest(kept.map((row) => JSON.stringify(row)).sort())}`
  }
  await store.close()
  return found
}
