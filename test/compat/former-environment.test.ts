import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const folder = scratch()
let server: Server

beforeAll(async () => {
  const port = await freePort()
  server = await startServer({
    dataDir: join(folder.path, 'data'),
    port,
    cwd: folder.path,
    // The server itself gets a free port, because the default one may be in use.
    args: ['--port', String(port)],
    env: {
      ...{ PORT: '3000', THRESHOLD: '0.8', MODEL_VERSION: 'v7' },
      DATABASE_URL: 'sqlite:///relative.db',
    },
  })
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

it(keeps('log-analyzer.port-3000'), async () => {
  const analyzer = 'http://localhost:3000'
  const log = { timestamp: '2026-01-05T10:00:00Z', service: 'auth', level: 'ERROR', message: 'Failed login for eve' }
  const sent = await fetch(`${analyzer}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([log, log, { ...log, level: 'INFO', message: 'user alice logged out' }]),
  })
  expect(await sent.json()).toMatchObject({ stored: 3, incident_id: expect.any(Number) })
  expect(await (await fetch(`${analyzer}/incidents`)).json()).toMatchObject({ incidents: [{ service: 'auth' }] })
  expect(await (await fetch(`${analyzer}/meta`)).json()).toMatchObject({ model: 'v7' })
  expect((await fetch(`${server.url}/incidents`)).status).toBe(401)
})

it(keeps('any.recognized'), () => {
  expect(server.output()).toContain('log-analyzer: MODEL_VERSION, PORT, THRESHOLD')
})

it(keeps('any.database-url'), () => {
  expect(existsSync(join(folder.path, 'relative.db'))).toBe(true)
})

it(keeps('any.one-environment'), () => {
  const value = (key: string) =>
    spawnSync(join(root, 'bin/vedette.cjs'), ['config', 'explain', key], {
      cwd: folder.path,
      encoding: 'utf8',
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        ...{ DB_HOST: 'db', DB_NAME: 'anomalies', DB_USER: 'guard', HISTORICAL_RETENTION_DAYS: '14' },
      },
    }).stdout
  expect(value('storage.url')).toContain('postgres://guard@db:5432/anomalies')
  expect(value('network_agents.database.host')).toContain('(not set)')
})
