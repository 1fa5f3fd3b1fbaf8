import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { needs, sharedData } from '../needs.ts'
import { adminToken, freePort, scratch, startServer } from './program.ts'

const cases = sharedData('conformance/badinput/cases.jsonl')
const runner = sharedData('conformance/bin/badinput_run.mjs')

/** The routes for the request types of the suite, without those that we do not offer. */
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

/** The latency within the ten seconds of the runner depends on other load. */
const isSlowness = (text: string): boolean => /^(?:slow: |answer delayed |health slow)/.test(text)

const folder = scratch()
afterAll(() => folder.remove())

/** Bodies without log lines, and their declared types. */
const foreign: readonly (readonly [name: string, type: string | undefined, body: string | Uint8Array])[] = [
  ['a Windows event log', 'application/octet-stream', 'ElfFile\0\0\0\0\0\0\0'],
  ['Protocol Buffers', 'application/x-protobuf', 'anything'],
  ['XML', 'application/xml', '<a/>'],
  ['XML that says it is text', 'text/plain', '<?xml version="1.0"?><a/>'],
  ['a form', 'application/x-www-form-urlencoded', 'a=b&c=d'],
  ['an upload', 'multipart/form-data; boundary=x', '--x\r\n\r\n--x--\r\n'],
  ['an image', 'image/png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)],
  ['7-Zip', 'text/plain', Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4)],
  ['zeros', 'application/json', new Uint8Array(100)],
]

describe('bodies without log lines', () => {
  it('are rejected by every route for records, with the accepted types', async () => {
    const server = await startServer({
      dataDir: join(folder.path, 'foreign'),
      port: await freePort(),
      cwd: folder.path,
    })
    for (const path of ['/api/v1/events', '/api/v1/analyze', '/api/v1/alerts', '/api/v1/webhooks/wazuh']) {
      for (const [name, type, body] of foreign) {
        const response = await fetch(`${server.url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${adminToken}`, ...(type !== undefined && { 'content-type': type }) },
          body: typeof body === 'string' ? body : new Uint8Array(body),
        })
        expect([path, name, response.status, response.headers.get('accept-post')]).toEqual([
          path,
          name,
          415,
          'application/json, application/x-ndjson, text/plain',
        ])
        expect(z.object({ hint: z.string() }).parse(await response.json()).hint).toContain('text/plain')
      }
    }
    expect(await server.stop()).toBe(0)
  })
})

describe('bad input', needs(cases), () => {
  it('gets a clear error and has no side effects', async () => {
    const server = await startServer({ dataDir: join(folder.path, 'data'), port: await freePort(), cwd: folder.path })
    const [map, out] = [join(folder.path, 'routes.json'), join(folder.path, 'report.json')]
    writeFileSync(map, JSON.stringify(routes))
    const options = {
      cases: cases.path,
      base: server.url,
      token: adminToken,
      pid: String(server.child.pid),
      routes: map,
      out,
    }
    const child = spawn(
      process.execPath,
      [runner.path, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])],
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
