import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

let data: ReturnType<typeof scratch>
let server: Server
beforeAll(async () => {
  data = scratch()
  server = await startServer({ dataDir: data.path, port: await freePort() })
})
afterAll(async () => {
  await server.stop()
  data.remove()
})

/** The fields of a response that these tests use. */
const anything = z.looseObject({
  id: z.string().optional(),
  secret: z.string().optional(),
  approved_by: z.string().nullish(),
  data: z.array(z.looseObject({ id: z.string().optional(), playbook: z.string().nullish() })).default([]),
})

const ask = async (path: string, method = 'GET', body?: object) => {
  const answer = await server.ask(`/api/v1/${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: anything.parse(await answer.json()) }
}

/** Reads the database with SQL, like a user. */
const rows = (sql: string, ...values: readonly unknown[]): Record<string, unknown>[] => {
  const database = new Database(join(data.path, 'vedette.db'), { readonly: true })
  try {
    return database.prepare<unknown[], Record<string, unknown>>(sql).all(...values)
  } finally {
    database.close()
  }
}

const post = async (alert_id: string, more: object = {}): Promise<void> => {
  const alert = {
    alert_id,
    timestamp: new Date().toISOString(),
    alert_type: 'malware',
    severity: 'high',
    description: `Malware on a host (${alert_id})`,
    source_ip: '45.33.32.156',
    asset_id: 'SRV-001',
    user_id: 'jdoe',
    file_hash: '5d41402abc4b2a76b9719d911017c592',
    ...more,
  }
  const headers = { 'content-type': 'application/json' }
  const { ok } = await server.ask('/api/v1/alerts', { method: 'POST', headers, body: JSON.stringify(alert) })
  expect(ok).toBe(true)
}

const triaged = (alert_id: string): Promise<Record<string, unknown> & { id: string; triage: unknown }> =>
  until(async () => {
    const { status, body } = await ask(`alerts/${alert_id}`)
    return status === 200 && !!body.id && !!body.triage && { ...body, id: body.id, triage: body.triage }
  }, `triage of ${alert_id}`)

it('stores triage and context in the documented tables', async () => {
  await post('SEED-1')
  const { id, triage } = await triaged('SEED-1')
  const context = rows('SELECT context_type, context_data, confidence_score FROM alert_context WHERE alert_id = ?', id)
  expect(context.map(({ context_type }) => context_type).sort()).toEqual(['asset', 'network', 'user'])
  const results = rows(
    `SELECT risk_score, risk_level, confidence_score, analysis_result, recommended_actions, requires_human_review
       FROM triage_results WHERE alert_id = ?`,
    id,
  )
  expect(results).toHaveLength(1)
  expect(triage).toMatchObject({ risk_score: results[0]?.risk_score, risk_level: results[0]?.risk_level })
  expect(JSON.parse(String(results[0]?.recommended_actions)).length).toBeGreaterThan(1)
  expect(results[0]?.analysis_result).toContain('Malware on a host (SEED-1)')
})

it('stores a review next to the verdict, and counts dismissals as evidence against', async () => {
  const { id } = await triaged('SEED-1')
  const reviewed = await ask(`alerts/${id}/review`, 'POST', { verdict: 'benign', notes: 'our own test' })
  expect(reviewed).toMatchObject({ status: 200, body: { triage: { review: { verdict: 'benign' } } } })
  expect(rows('SELECT human_reviewer, human_review_notes FROM triage_results WHERE alert_id = ?', id)).toEqual([
    { human_reviewer: 'admin', human_review_notes: 'our own test' },
  ])
  await ask('alerts/bulk', 'POST', { ids: [id], action: 'close', resolution: 'false_positive' })
  await post('SEED-2', { timestamp: new Date(Date.now() + 2_000).toISOString() })
  const second = await triaged('SEED-2')
  expect(second).toMatchObject({
    triage: { inputs: { similar: 0 }, similar: [{ alert_id: id, resolution: 'false_positive' }] },
  })
  const { body } = await ask('alerts/similar', 'POST', { id: second.id })
  expect(body.data).toMatchObject([{ alert: { id } }])
})

it(`proposes actions for an incident, runs none by itself, and records who decided (${keeps('vedette.people-decide')})`, async () => {
  const { body } = await ask('actions')
  const id = body.data[0]?.id
  expect(body.data.map(({ playbook }) => playbook)).toContain('malware-containment')
  expect(rows('SELECT DISTINCT status FROM remediation_actions')).toEqual([{ status: 'pending' }])
  expect((await ask(`actions/${id}/execute`, 'POST')).status).toBe(409)
  expect((await ask(`actions/${id}/approve`, 'POST')).body.approved_by).toBe('admin')
  await ask(`actions/${id}`, 'PATCH', { status: 'completed', notes: 'done by hand' })
  expect(rows('SELECT status, notes FROM remediation_actions WHERE id = ?', id)).toEqual([
    { status: 'completed', notes: 'done by hand' },
  ])
  const logged = rows(
    "SELECT actor, action, ip_address, success FROM audit_logs WHERE target_type = 'action' ORDER BY id",
  )
  expect(logged).toEqual([
    { actor: 'admin', action: 'approve', ip_address: '127.0.0.1', success: 1 },
    { actor: 'admin', action: 'update', ip_address: '127.0.0.1', success: 1 },
  ])
})

it('records denied requests, and detects a modified row', async () => {
  const { body: token } = await ask('tokens', 'POST', { name: 'reader', role: 'viewer' })
  const denied = await fetch(`${server.url}/api/v1/alerts/bulk`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token.secret}`,
      'content-type': 'application/json',
      'user-agent': 'a curious script',
    },
    body: '{}',
  })
  expect(denied.status).toBe(403)
  const { body: audit } = await ask('audit?limit=5')
  expect(audit.data[0]).toMatchObject({
    actor: 'reader',
    action: 'denied',
    target_id: 'update_alerts',
    user_agent: 'a curious script',
    success: false,
  })
  expect((await ask('audit/verify')).body).toMatchObject({ ok: true, faults: [] })
  const database = new Database(join(data.path, 'vedette.db'))
  database.prepare("UPDATE audit_logs SET actor = 'somebody else' WHERE action = 'approve'").run()
  database.close()
  expect((await ask('audit/verify')).body).toMatchObject({ ok: false, faults: [{ kind: 'changed' }] })
})
