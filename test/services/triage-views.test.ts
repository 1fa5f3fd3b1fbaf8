import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { findPostgres, postgresDatabase } from './postgres.ts'

describe('the views of the triage services in PostgreSQL', needs(await findPostgres()), () => {
  const database = postgresDatabase()
  const data = scratch()
  let server: Server
  let client: pg.Client
  beforeAll(async () => {
    await database.create()
    server = await startServer({
      dataDir: data.path,
      port: await freePort(),
      env: { DATABASE_URL: database.url, VEDETTE_COMPAT_SQL_ALERTS: 'true' },
    })
    client = new pg.Client({ connectionString: database.url })
    await client.connect()
    // Programs of the services name no schema.
    await client.query('set search_path = compat, public')
  })
  afterAll(async () => {
    await client?.end()
    await server?.stop()
    await database.drop()
    data.remove()
  })
  const rows = async (text: string, values: readonly unknown[] = []) => (await client.query(text, [...values])).rows

  it(keeps('triage.sql-views'), async () => {
    const alert = {
      ...{ alert_id: 'view-1', timestamp: '2026-01-08T12:00:00Z', alert_type: 'ddos', severity: 'high' },
      ...{ description: 'Flood', source_ip: '45.33.32.156', target_ip: '10.0.0.50', user_id: 'jdoe' },
      file_hash: '44d88612fea8a8f36de82e1278abb02f',
    }
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(alert) }
    expect((await server.ask('/api/v1/alerts', init)).status).toBe(200)
    await until(async () => (await rows("select from triage_results where alert_id = 'view-1'")).length === 1)
    expect(
      await rows(`select pg_typeof(id)::text as id, alert_type, status, host(source_ip) as source_ip,
        source_ip << inet '45.33.0.0/16' as inside, jsonb_typeof(raw_data) as raw, received_at > now() - interval '30 years' as fresh
        from alerts where alert_id = 'view-1'`),
    ).toEqual([
      {
        ...{ id: 'uuid', alert_type: 'denial_of_service', status: 'analyzed', source_ip: '45.33.32.156' },
        ...{ inside: true, raw: 'object', fresh: true },
      },
    ])
    const [same] = await rows("select id from alerts where alert_id = 'view-1'")
    expect(await rows("select id from alerts where alert_id = 'view-1'")).toEqual([same])
    expect(
      await rows(`select risk_score between 0 and 100 as score, pg_typeof(requires_human_review)::text as review,
        confidence_score <= 1 as confidence, json_typeof(recommended_actions::json) as actions
        from alerts join triage_results using (alert_id) where alert_id = 'view-1'`),
    ).toEqual([{ score: true, review: 'boolean', confidence: true, actions: 'array' }])
    expect(
      await rows(`select context_type, context_data ->> 'is_internal' as internal from alert_context
        where alert_id = 'view-1' and context_type = 'network'`),
    ).toEqual([{ context_type: 'network', internal: 'false' }])
    expect(
      await rows("select 'x' = any(tags) as tagged, pg_typeof(tags)::text as type from threat_intel limit 1"),
    ).toEqual([{ tagged: false, type: 'text[]' }])
    expect(await rows("select title from incidents where detection_date > now() - interval '30 years'")).toHaveLength(1)
    for (const table of ['users', 'assets', 'remediation_actions', 'audit_logs']) {
      expect(await rows(`select * from ${table} where created_at > now()`)).toEqual([])
    }
  })

  it(keeps('triage.sql-insert'), async () => {
    const insert = (type: string, id: string | null = null) =>
      rows(
        `insert into alerts (alert_id, received_at, alert_type, severity, title, source_ip, user_name, raw_data)
          values ($1, '2026-01-08 13:00:00+00', $2, 'critical', 'Written by a script', '198.51.100.7', 'eve', '{"rule": 7}')
          returning alert_id`,
        [id, type],
      )
    const [made] = await insert('malware')
    expect(made).toEqual({ alert_id: expect.stringMatching(/^ALT-\d{8}-\d{6}-[\da-f]{4}$/) })
    await insert('phishing', 'script-1')
    await expect(insert('phishing', 'script-1')).rejects.toMatchObject({ code: '23505' })
    await expect(insert('sabotage')).rejects.toMatchObject({ code: '23514' })
    for (const change of [
      "update alerts set assigned_to = 'eve'",
      'delete from triage_results',
      'delete from alerts',
    ]) {
      await expect(rows(change)).rejects.toMatchObject({ code: '0A000' })
    }
    await until(async () => (await rows("select from triage_results where alert_id = 'script-1'")).length === 1)
    expect(
      await rows(
        `select alert_type, severity, title, host(source_ip) as ip, user_name, received_at from alerts
        where alert_id in ('script-1', $1) order by alert_type`,
        [made?.alert_id],
      ),
    ).toMatchObject([
      {
        alert_type: 'malware',
        severity: 'critical',
        title: expect.stringContaining('Written by a script'),
        ip: '198.51.100.7',
        user_name: 'eve',
      },
      { alert_type: 'phishing' },
    ])
    await expect(insert('phishing', 'script-1')).rejects.toMatchObject({ code: '23505' })
  })
})
