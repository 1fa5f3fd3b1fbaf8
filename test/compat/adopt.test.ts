import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { logAnalyzerTables } from '../../src/compat/log-analyzer/adoption/former-tables.fake.ts'
import { triageTables } from '../../src/compat/triage/adoption/former-tables.fake.ts'
import { writeFormerFile } from '../../src/operations/adoption/former-tables.fake.ts'
import { freePort, root, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const folder = scratch()
const at = (...names: readonly string[]) => join(folder.path, ...names)
afterAll(() => folder.remove())

const vedette = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(join(root, 'bin/vedette.cjs'), args, {
    cwd: folder.path,
    encoding: 'utf8',
    env: { HOME: folder.path, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
  })
  return { status, stdout, stderr }
}

it(keeps('any.adopt', 'any.adopt-dry-run', 'any.adopt-settings'), async () => {
  mkdirSync(at('analyzer'))
  writeFormerFile(at('analyzer/data.sqlite'), logAnalyzerTables)
  writeFileSync(at('analyzer/.env'), 'PORT=3000\nTHRESHOLD=0.9\nMODEL_VERSION=v7\nSECRET_SAUCE=1\n')
  writeFormerFile(at('triage.db'), triageTables)

  const planned = vedette('adopt', 'analyzer', '--dry-run')
  expect(planned.stderr).toBe('')
  expect(planned.stdout).toContain('Recognized the log analyser: the table logs of')
  expect(planned.stdout).toContain('would take  503 log lines from logs')
  expect(planned.stdout).toContain('variable SECRET_SAUCE: Vedette has no such setting.')
  expect(() => readFileSync(at('vedette.yaml'))).toThrow('ENOENT')

  const taken = vedette('adopt', 'analyzer')
  expect(taken.stderr).toBe('')
  expect(taken.stdout).toContain('took        3 scored batches from incidents')
  expect(readFileSync(at('vedette.yaml'), 'utf8')).toContain('threshold: 0.9')
  expect(vedette('adopt', 'analyzer').stdout).toContain(
    'took        0 scored batches from incidents, 3 were there already',
  )
  const others = vedette('adopt', `sqlite:///${at('triage.db')}`)
  expect(others.stdout).toContain('took        502 alerts from alerts')
  expect(others.stdout).toContain('vedette.yaml is unchanged. Add these settings to it:')
  expect(vedette('adopt', 'nowhere')).toMatchObject({ status: 2, stderr: expect.stringContaining('nowhere') })

  const [port, gateway, analyzer] = [await freePort(), await freePort(), await freePort()]
  const server = await startServer({
    dataDir: at('data'),
    port,
    cwd: folder.path,
    env: {
      VEDETTE_COMPAT_PORTS: `triage-gateway:${gateway},log-analyzer:${analyzer}`,
      VEDETTE_LOG_ANALYZER_PORT: String(analyzer),
      VEDETTE_SERVER_PORT: String(port),
    },
  })
  const running = vedette('adopt', 'analyzer')
  expect(running.stderr).toContain('Stop the server')
  expect(running.status).not.toBe(0)
  await server.settled()
  const incidents = z.object({ incidents: z.array(z.looseObject({ id: z.number() })) })
  const listed = incidents.parse(await (await fetch(`http://127.0.0.1:${analyzer}/incidents`)).json())
  expect(listed.incidents.map(({ id }) => id)).toEqual([7, 2, 1])
  const alert = await fetch(`http://127.0.0.1:${gateway}/api/v1/alerts/ALT-00003`)
  expect(await alert.text()).toMatch(/"alert_id":"ALT-00003".*"risk_score":88/)
  const events = z.object({ data: z.array(z.looseObject({})) })
  const found = await server.ask(`/api/v1/events?${new URLSearchParams({ q: 'user500', from: '2026-01-01' })}`)
  expect(events.parse(await found.json()).data.length).toBeGreaterThan(0)
  // The open alerts of the older system open no incident: people know them already.
  const all = z.object({
    data: z.array(z.looseObject({ id: z.string(), members: z.array(z.looseObject({ alert_id: z.string() })) })),
  })
  const { data } = all.parse(await (await server.ask('/api/v1/incidents?limit=100')).json())
  const withAdopted = data.filter(({ members }) => members.some(({ alert_id }) => alert_id.startsWith('ALT-')))
  expect(withAdopted.map(({ id }) => id)).toEqual(['INC-2026-001'])
  // Its sender may send it again: it stays one alert.
  const sent = await server.ask('/api/v1/alerts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ alert_id: 'ALT-00003', timestamp: '2026-01-08T12:10:00Z', alert_type: 'ddos', severity: 'low' },
      description: 'Something happened 3',
    }),
  })
  expect(sent.status).toBeLessThan(300)
  await server.settled()
  const again = await (await server.ask('/api/v1/alerts/ALT-00003')).json()
  expect(again).toMatchObject({ id: 'ALT-00003', count: 2, incident_id: 'INC-2026-001' })
  await server.stop()
})
