import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adminToken, freePort, scratch, shared, startServer } from './program.ts'

const cases = join(shared, 'conformance/badinput/cases.jsonl')
const there = existsSync(cases)
if (!there) console.log(`skipped: the pack of bad input is not at ${cases}`)

/** Where the pack's kinds of requests go; what it knows and we do not offer is left out. */
const routes = {
  ingest: { method: 'POST', path: '/api/v1/events' },
  alert: { method: 'POST', path: '/api/v1/alerts' },
  alert_read: { path: '/api/v1/alerts/{id}' },
  list: { method: 'GET', path: '/api/v1/alerts' },
  rules: { method: 'POST', path: '/api/v1/rules' },
  models_load: { method: 'POST', path: '/models/load' },
  static: { method: 'GET', path: '' },
  health: { method: 'GET', path: '/health' },
  webhook: null,
  analyze_file_path: null,
  export_csv: null,
}
const report = z.object({
  passed: z.int(),
  fails: z.array(z.looseObject({ id: z.string(), bad: z.array(z.string()) })),
  fatal: z.array(z.string()),
})

/** How long an answer took within the runner's ten seconds is decided by what else runs on the machine. */
const isSlowness = (text: string): boolean => /^(?:slow: |answer delayed |health slow)/.test(text)

const folder = scratch()
afterAll(() => folder.remove())

describe.skipIf(!there)('bad input', () => {
  it('is answered clearly, whatever it is, and changes nothing for others', async () => {
    const server = await startServer({ dataDir: join(folder.path, 'data'), port: await freePort(), cwd: folder.path })
    const [map, out] = [join(folder.path, 'routes.json'), join(folder.path, 'report.json')]
    writeFileSync(map, JSON.stringify(routes))
    const runner = join(shared, 'conformance/bin/badinput_run.mjs')
    const options = { cases, base: server.url, token: adminToken, pid: String(server.child.pid), routes: map, out }
    const child = spawn(
      process.execPath,
      [runner, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])],
      { stdio: 'ignore' },
    )
    await new Promise((done) => child.once('exit', done))
    const { passed, fails, fatal } = report.parse(JSON.parse(readFileSync(out, 'utf8')))
    expect(fails.filter(({ bad }) => !bad.every(isSlowness))).toEqual([])
    expect(fatal.filter((text) => !isSlowness(text))).toEqual([])
    expect(passed).toBeGreaterThan(300)
    expect(await server.stop()).toBe(0)
  })
})
