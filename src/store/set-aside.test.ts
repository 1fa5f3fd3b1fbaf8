import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, expect, it } from 'vitest'
import { openStore } from './open-store.ts'
import { sampleAlert } from './samples.conformance.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-set-aside-'))
const file = join(folder, 'older.db')
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Starts on the file, and says which tables were renamed. */
const start = async () => {
  const renamed: unknown[] = []
  const log = { debug() {}, info() {}, warn: (fields: object) => void renamed.push(fields), error() {} }
  const store = await openStore(`sqlite:${file}`, { now: Date.now, log })
  await store.transaction((tx) => store.alerts.save([sampleAlert(1)], tx))
  await store.close()
  return renamed
}

it('renames the tables, views and indexes of an older system once, and keeps their rows', async () => {
  const older = new Database(file)
  older.exec(`
    create table Alerts (alert_id text primary key, severity text not null);
    create table triage_results (id integer primary key, alert_id text references alerts (alert_id) on delete cascade);
    create table former_users (name text);
    create table users (username text);
    create table logs (id integer primary key, message text);
    create view mcp_anomalies as select alert_id from Alerts;
    create index alerts_changed_at on Alerts (severity);
    insert into Alerts values ('ALT-1', 'high');
    insert into triage_results values (1, 'ALT-1');
    insert into users values ('ann');
    insert into logs values (1, 'started')`)
  older.close()
  expect(await start()).toEqual([
    {
      renamed: {
        Alerts: 'former_Alerts',
        alerts_changed_at: 'former_alerts_changed_at',
        mcp_anomalies: 'former_mcp_anomalies',
        triage_results: 'former_triage_results',
        users: 'former_users_2',
      },
    },
  ])
  expect(await start()).toEqual([])
  const after = new Database(file)
  const all = (table: string) => after.prepare(`select * from ${table}`).raw().all()
  expect(all('former_Alerts')).toEqual([['ALT-1', 'high']])
  expect(all('former_mcp_anomalies')).toEqual([['ALT-1']])
  expect(all('former_users_2')).toEqual([['ann']])
  expect(all('logs')).toEqual([[1, 'started']])
  expect(after.prepare('select alert_id from alerts').pluck().all()).toHaveLength(1)
  expect(
    after.prepare("select tbl_name from sqlite_schema where name = 'former_alerts_changed_at'").pluck().get(),
  ).toBe('former_Alerts')
  after.pragma('foreign_keys = on')
  after.exec('delete from former_Alerts')
  expect(all('former_triage_results')).toEqual([])
  after.close()
})
