import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shipperRoutes } from '../../src/api/shippers/shippers.ts'
import { needs, sharedData } from '../needs.ts'
import { adminToken, freePort, type Server, scratch, startServer } from './program.ts'

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
/** Not of the bombs: its memory is compared with that at its start. */
let server: Server
beforeAll(async () => {
  server = await startServer({ dataDir: join(folder.path, 'data'), port: await freePort(), cwd: folder.path })
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
  folder.remove()
})

/** Bodies without log lines, and their declared types. */
const foreign: readonly (readonly [name: string, type: string | undefined, body: string | Uint8Array])[] = [
  ['an SQLite database', 'application/octet-stream', 'SQLite format 3\0'],
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
  })
})

const mebibyte = 1_048_576
const bombMegabytes = 1_024

/** Bodies that no shipper sends, with their headers. */
const hostile: readonly (readonly [
  name: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
])[] = [
  ['no body', {}, ''],
  ['cut JSON', { 'content-type': 'application/json' }, '{"a":[{"b":'],
  ['deep JSON', { 'content-type': 'application/json' }, '['.repeat(200_000)],
  ['JSON of another kind', { 'content-type': 'application/json' }, '[[1,null,"x",{"__proto__":{"a":1}}],7]'],
  [
    'JSON with huge numbers',
    { 'content-type': 'application/json' },
    '{"time":1e400,"event":{"t":-1e308}}\n{"index":{}}',
  ],
  ['a lone surrogate', { 'content-type': 'application/json' }, '{"message":"\\ud800\\u0000"}'],
  ['invalid UTF-8', { 'content-type': 'text/plain' }, Uint8Array.of(0xc3, 0x28, 0xf0, 0x9f, 10, 0xff)],
  [
    'Protocol Buffers with a huge length',
    { 'content-type': 'application/x-protobuf' },
    Uint8Array.of(10, 255, 255, 255, 255, 15, 1),
  ],
  [
    'Snappy with a huge length',
    { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    Uint8Array.of(255, 255, 255, 255, 15, 0, 1),
  ],
  ['an unknown compression', { 'content-type': 'application/json', 'content-encoding': 'br' }, '{}'],
  ['no gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{}'],
  [
    'cut gzip',
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    new Uint8Array(gzipSync('{"a":1}'.repeat(100)).subarray(0, 20)),
  ],
  ['a type that is none', { 'content-type': 'x; y=;;' }, '{}'],
  [
    'a journal entry with a huge field',
    { 'content-type': 'application/vnd.fdo.journal' },
    Buffer.concat([Buffer.from('MESSAGE\n'), Buffer.alloc(8, 255), Buffer.from('x\n')]),
  ],
]

/** The address of a route, with text for its parameters. */
const addressOf = (path: string): string => path.replaceAll(/:\w+/g, 'x')

const receivers = shipperRoutes.filter(({ method }) => method !== 'GET')

describe('the routes of shippers', () => {
  it('answer hostile bodies without failing, and unpack no bomb', { timeout: 300_000 }, async () => {
    const server = await startServer({
      dataDir: join(folder.path, 'shippers'),
      port: await freePort(),
      cwd: folder.path,
    })
    const send = async (
      method: string,
      path: string,
      headers: Readonly<Record<string, string>>,
      body: string | Uint8Array,
    ) => {
      const response = await fetch(`${server.url}${addressOf(path)}`, {
        method,
        headers: {
          authorization: `Bearer ${adminToken}`,
          'dd-api-key': adminToken,
          'x-amz-firehose-access-key': adminToken,
          ...headers,
        },
        body: typeof body === 'string' ? body : new Uint8Array(body),
      })
      await response.arrayBuffer()
      return response.status
    }
    const failed: unknown[] = []
    for (const { method, path } of receivers) {
      for (const [name, headers, body] of hostile) {
        const status = await send(method, path, headers, body)
        if (status >= 500 || status === 401 || status === 403) failed.push([method, path, name, status])
      }
    }
    expect(failed).toEqual([])
    const bomb = zstdCompressSync(Buffer.alloc(bombMegabytes * mebibyte, 10))
    const peakBefore = peakOf(server.child.pid)
    for (const { method, path } of receivers) {
      const status = await send(method, path, { 'content-type': 'application/json', 'content-encoding': 'zstd' }, bomb)
      // A handshake reads no body.
      expect([200, 413], path).toContain(status)
    }
    expect(peakOf(server.child.pid) - peakBefore).toBeLessThan(bombMegabytes / 2)
    expect((await server.ask('/health/ready')).status).toBe(200)
    expect(await server.stop()).toBe(0)
  })
})

/** The most memory a process had, in MB. */
const peakOf = (pid: number | undefined): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

describe('bad input', needs(cases), () => {
  it('gets a clear error and has no side effects', async () => {
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
  })
})
