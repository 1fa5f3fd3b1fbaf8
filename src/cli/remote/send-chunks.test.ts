import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'

let server: Server | undefined
afterEach(() => new Promise<void>((done) => (server ? server.close(() => done()) : done())))

interface Seen {
  readonly key: string
  readonly source: string
  readonly query: string
  readonly body: string
  readonly authorization: string
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** A fake server with a response per request number. By default it accepts everything. */
const listen = async (
  answer: (number: number) => { status: number; headers?: Record<string, string>; cut?: boolean } | undefined,
) => {
  const seen: Seen[] = []
  server = createServer(async (request, response) => {
    const body = await readBody(request)
    const url = new URL(request.url ?? '', 'http://x')
    seen.push({
      key: String(request.headers['idempotency-key']),
      source: url.searchParams.get('source') ?? '',
      query: url.search,
      body,
      authorization: String(request.headers.authorization),
    })
    const { status, headers = {}, cut = false } = answer(seen.length) ?? { status: 200 }
    if (cut) return request.socket.destroy()
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(
      status === 200
        ? JSON.stringify({ accepted: body.split('\n').filter((line) => line !== '').length, rejected: 0 })
        : JSON.stringify({
            title: 'No',
            detail: `refused with ${status}`,
            hint: 'do something else',
            code: 'queue_full',
          }),
    )
  })
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done))
  const address = server.address()
  return { seen, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` }
}

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i} ${'x'.repeat(90)}\n`).join('')

describe('vedette ingest', () => {
  it('sends chunks in order, each with its own key, and reports how many were accepted', async () => {
    const { seen, url } = await listen(() => undefined)
    const input = lines(50_000)
    const { code, out, err } = await runFake(['ingest', '-', '--url', url, '--source', 'mine'], {
      input,
      fetch,
      env: { VEDETTE_TOKEN: 'secret' },
    })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^50 000 records accepted from 50 000 lines in/)
    expect(seen.map(({ body }) => body).join('')).toBe(input)
    expect(new Set(seen.map(({ key }) => key)).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThan(3)
    expect(seen[0]).toMatchObject({ source: 'mine', authorization: 'Bearer secret' })
  })

  it('sends with every chunk how its lines are parsed', async () => {
    const { seen, url } = await listen(() => undefined)
    const given = ['--map', 'time=when_happened', '--map', 'message=meta.text', '--zone', '+02:00']
    await runFake(['ingest', '-', '--url', url, ...given], { input: lines(50_000), fetch })
    const queries = new Set(seen.map(({ query }) => query))
    expect([...queries].map((query) => [...new URLSearchParams(query)])).toEqual([
      [
        ['source', 'stdin'],
        ['map', 'time=when_happened'],
        ['map', 'message=meta.text'],
        ['zone', '+02:00'],
      ],
    ])
    expect(await runFake(['ingest', '-', '--url', url, '--zone', 'Mars'], { fetch })).toMatchObject({ code: 2 })
  })

  it('sends the zone that the last write of a file proves, and says so', async () => {
    const { seen, url } = await listen(() => undefined)
    const folder = mkdtempSync(join(tmpdir(), 'vedette-zone-'))
    const path = join(folder, 'app.log')
    const now = Date.now()
    const local = (i: number) => new Date(now + i * 20_000 + 7_200_000).toISOString().slice(0, 19).replace('T', ' ')
    writeFileSync(path, Array.from({ length: 30 }, (_, i) => `${local(i)} INFO [main] job ${i} is done\n`).join(''))
    const written = new Date(now + 29 * 20_000 + 300)
    utimesSync(path, written, written)
    const { err } = await runFake(['ingest', path, '--url', url], { fetch })
    expect(err).toContain('count as +02:00, because the file was last written at its last line in that zone')
    expect((await runFake(['ingest', path, '--url', url, '--zone', 'UTC'], { fetch })).err).toBe('')
    rmSync(folder, { recursive: true })
    expect(seen.map(({ query }) => new URLSearchParams(query).get('file_zone'))).toEqual(['+02:00', null])
  })

  it('sends the host of the folder of a file', async () => {
    const { seen, url } = await listen(() => undefined)
    const folder = mkdtempSync(join(tmpdir(), 'vedette-host-'))
    mkdirSync(join(folder, 'web01'))
    writeFileSync(join(folder, 'web01', 'auth.log'), 'Dec 10 09:32:20 web01 sshd[312]: Connection closed\n')
    writeFileSync(join(folder, 'web01', 'app.log'), '2026-12-10 09:32:20 INFO started\n')
    writeFileSync(join(folder, 'other.log'), '2026-12-10 09:32:20 INFO started\n')
    await runFake(['ingest', folder, '--url', url], { fetch })
    rmSync(folder, { recursive: true })
    const sent = seen.map(({ query }) => new URLSearchParams(query))
    const hosts = new Map(sent.map((one) => [one.get('source'), one.get('host')]))
    expect(hosts).toEqual(
      new Map([...['auth.log', 'app.log'].map((name) => [name, 'web01'] as const), ['other.log', null]]),
    )
  })

  it('waits on request, then retries with the same key', async () => {
    const statuses = [429, 503, 507]
    const { seen, url } = await listen((number) => {
      const status = statuses[number - 1]
      return status === undefined ? undefined : { status, headers: { 'retry-after': '0.01' } }
    })
    const { code, out } = await runFake(['ingest', '-', '--url', url, '--json'], { input: lines(10), fetch })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ accepted: 10, rejected: 0, lines: 10 })
    expect(seen.length).toBe(4)
    expect(new Set(seen.map(({ key }) => key)).size).toBe(1)
  })

  it('retries after a lost response', async () => {
    const { seen, url } = await listen((number) => (number === 2 ? { status: 0, cut: true } : undefined))
    const { code } = await runFake(['ingest', '-', '--url', url], { input: lines(20_000), fetch })
    expect(code).toBe(0)
    expect(seen[1]?.key).toBe(seen[2]?.key)
  })

  it('stops at once when refused, with the reason and the accepted count', async () => {
    const { url } = await listen((number) => (number > 1 ? { status: 403 } : undefined))
    const { code, out, err } = await runFake(['ingest', '-', '--url', url], { input: lines(50_000), fetch })
    expect(code).toBe(4)
    expect(err).toContain('No: refused with 403')
    expect(err).toContain('do something else')
    expect(out).toMatch(/^\d+ \d+ records accepted/)
  })

  it('exits with 3 if there is no input, and with 5 if part of it is unreadable', async () => {
    const { url } = await listen(() => undefined)
    expect(await runFake(['ingest', '/nowhere/x.log', '--url', url], { fetch })).toMatchObject({ code: 3 })
    const some = ['ingest', '/nowhere/x.log', '-', '--url', url]
    expect(await runFake(some, { fetch, input: 'one\n' })).toMatchObject({ code: 5 })
  })
})
