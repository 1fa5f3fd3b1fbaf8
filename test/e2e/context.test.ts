import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { until } from '../until.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

let data: ReturnType<typeof scratch>
let server: Server
const start = async () => {
  server = await startServer({ dataDir: join(data.path, 'data'), port: await freePort() })
}
beforeAll(async () => {
  data = scratch()
  await start()
})
afterAll(async () => {
  await server.stop()
  data.remove()
})

const post = async (path: string, body: string, type = 'application/json'): Promise<unknown> => {
  const answer = await server.ask(`/api/v1/${path}`, { method: 'POST', headers: { 'content-type': type }, body })
  expect(answer.status).toBe(200)
  return answer.json()
}
const rows = (sql: string): unknown[] => {
  const db = new Database(join(data.path, 'data/vedette.db'), { readonly: true })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}
const day = 86_400_000
const known = z.object({ data: z.object({}).loose() }).loose()

it('stores the context of an alert: network, asset and user', async () => {
  await post(
    'assets/import',
    'hostname,ip_or_cidr,owner,criticality\nSRV-001,10.0.0.50,payments,critical\n',
    'text/csv',
  )
  await post('users/import', 'username,title\njdoe,Domain Admin\n', 'text/csv')
  await post(
    'alerts',
    JSON.stringify({
      alert_id: 'ALT-1',
      timestamp: new Date().toISOString(),
      alert_type: 'malware',
      severity: 'high',
      description: 'Malware on a host',
      source_ip: '45.33.32.156',
      asset_id: 'SRV-001',
      user_id: 'jdoe',
      file_hash: '5d41402abc4b2a76b9719d911017c592',
    }),
  )
  const count = z.array(z.object({ count: z.number() }))
  const kept = () => count.parse(rows('SELECT COUNT(*) AS count FROM alert_context'))[0]?.count
  await until(() => kept() === 3)
  expect(
    rows(
      'SELECT c.context_type, c.confidence_score FROM alert_context c JOIN alerts a ON a.alert_id = c.alert_id ORDER BY 1',
    ),
  ).toEqual([
    { context_type: 'asset', confidence_score: 0.9 },
    { context_type: 'network', confidence_score: 0.8 },
    { context_type: 'user', confidence_score: 0.9 },
  ])
  const [asset] = rows("SELECT context_data AS data FROM alert_context WHERE context_type = 'asset'")
  expect(JSON.parse(z.object({ data: z.string() }).parse(asset).data)).toMatchObject({
    asset_id: 'SRV-001',
    criticality: 'critical',
    owner: 'payments',
  })
  expect(rows('SELECT asset_id, criticality, owner FROM assets')).toEqual([
    { asset_id: 'SRV-001', criticality: 'critical', owner: 'payments' },
  ])
  expect(rows('SELECT username, role, password_hash FROM users')).toEqual([
    { username: 'jdoe', role: null, password_hash: null },
  ])
})

it('enriches events, also after a restart', async () => {
  const now = Date.now()
  const lines = Array.from({ length: 8 }, (_, back) => {
    const time = new Date(now - (9 - back) * day).toISOString()
    return `<38>1 ${time} SRV-001 sshd 42 - - Accepted password for jdoe from 193.0.6.139 port 22 ssh2`
  })
  await post('events', JSON.stringify({ logs: lines }))
  const usual = async () => {
    const { data } = known.parse(await contextOf())
    return Number(data.active_days) === 8 ? data : undefined
  }
  const contextOf = async () => {
    const answer = await post('context', JSON.stringify({ source_ip: '45.33.32.156', user_id: 'jdoe' }))
    return z
      .object({ user: z.record(z.string(), z.unknown()) })
      .transform(({ user }) => ({ data: user }))
      .parse(answer)
  }
  const before = await until(usual)
  expect(before).toMatchObject({
    usual_addresses: [{ name: '193.0.6.139', days: 8 }],
    behavior_profile: { typical_locations: ['NL'] },
  })
  await server.settled()
  const found = await (
    await server.ask('/api/v1/events?q=host.owner:payments%20AND%20source.geo.country_iso_code:NL')
  ).json()
  expect(z.object({ data: z.array(z.unknown()) }).parse(found).data).toHaveLength(8)

  await server.stop('SIGKILL')
  await start()
  expect(await until(usual)).toEqual(before)
})
