import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type OpenStore, openStore } from '../open-store.ts'
import { begin, sampleDetection } from '../samples.conformance.ts'
import { openAnomalyFile } from './anomaly-file.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let folder: string
let path: string
let store: OpenStore
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-anomalies-'))
  path = join(folder, 'below/mcp_anomalies.db')
  store = await openStore('sqlite::memory:', { now: () => begin, log })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const find = (number: number, anomaly_type = 'auth_failure') => {
  const agent = { agent_name: 'wifi', device_id: null, anomaly_type, severity: 3, confidence: 0.9, features: { a: 1 } }
  return store.transaction((tx) => store.anomalies.save([sampleDetection(number, { agent })], tx))
}
/** The view of another program. */
const read = (sql = 'select * from mcp_anomalies order by id') => {
  const file = new Database(path, { readonly: true })
  const rows = file.prepare<unknown[], Record<string, unknown>>(sql).all()
  file.close()
  return rows
}
const write = (sql: string) => {
  const file = new Database(path)
  file.exec(sql)
  file.close()
}
const types = () => read('select anomaly_type from mcp_anomalies order by id').map((row) => row.anomaly_type)

it('shows other programs what agents found, and what was forgotten no longer', async () => {
  const file = await openAnomalyFile(path, store)
  await file.keep()
  expect(read()).toEqual([])
  await find(1)
  await file.keep()
  expect(read()).toEqual([
    {
      id: 1,
      agent_name: 'wifi',
      device_id: null,
      timestamp: '2026-03-01T00:02:00',
      anomaly_type: 'auth_failure',
      confidence: 0.9,
      description: 'Within a minute 286 logins failed where 0 to 3 are usual.',
      features: '{"a":1}',
      created_at: '2026-03-01T00:00:00',
    },
  ])
  await find(60, 'deauth_flood')
  await find(60, 'beacon_flood')
  await file.keep()
  expect(types()).toEqual(['auth_failure', 'beacon_flood'])
  await store.transaction((tx) => store.anomalies.forget(begin + 1_800_000, tx))
  await file.keep()
  expect(types()).toEqual(['beacon_flood'])
  file.close()
})

it('copies more than fits into one page', async () => {
  const many = Array.from({ length: 2_500 }, (_, number) =>
    sampleDetection(number, {
      agent: { agent_name: 'dns', device_id: 1, anomaly_type: 'x', severity: 1, confidence: 1, features: {} },
    }),
  )
  await store.transaction((tx) => store.anomalies.save(many, tx))
  const file = await openAnomalyFile(path, store)
  await file.keep()
  expect(read('select count(*) as n from mcp_anomalies')).toEqual([{ n: 2_500 }])
  file.close()
})

it('takes over what another program wrote there, once', async () => {
  const first = await openAnomalyFile(path, store)
  first.close()
  write(`pragma application_id = 0;
    insert into mcp_anomalies (id, agent_name, timestamp, anomaly_type, confidence, features)
    values (40, 'wifi', '2025-06-01 10:00:00.5', 'wifi_anomaly', 0.98, '{"log_count": 500}')`)
  for (let twice = 0; twice < 2; twice++) {
    const file = await openAnomalyFile(path, store)
    await file.keep()
    file.close()
  }
  await find(1)
  expect((await store.anomalies.list({ limit: 9, offset: 0 })).map(({ id }) => id)).toEqual([41, 40])
  expect(read()).toMatchObject([{ id: 40, timestamp: '2025-06-01T10:00:00', features: '{"log_count":500}' }])
})

it('keeps a table of another form beside its own', async () => {
  const empty = await openAnomalyFile(path, store)
  empty.close()
  write(`pragma application_id = 0; alter table mcp_anomalies add column severity integer not null default 1;
    insert into mcp_anomalies (agent_name, timestamp, anomaly_type, confidence, severity) values ('dns', '2025-06-01T10:00:00', 'x', 1, 4)`)
  const file = await openAnomalyFile(path, store)
  await find(2)
  await file.keep()
  file.close()
  expect(types()).toEqual(['x', 'auth_failure'])
  expect(read('select severity from mcp_anomalies_before')).toEqual([{ severity: 4 }])
})

it('says what is wrong with a file that is something else', async () => {
  await (await openAnomalyFile(path, store)).close()
  await expect(openAnomalyFile(folder, store)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(folder),
  })
})

it('waits for a program that keeps the file locked, and makes up for it', async () => {
  const file = await openAnomalyFile(path, store)
  await file.keep()
  await find(1)
  const other = new Database(path)
  other.exec('begin exclusive')
  await expect(file.keep()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  other.exec('commit')
  other.close()
  await file.keep()
  expect(types()).toEqual(['auth_failure'])
  file.close()
})
