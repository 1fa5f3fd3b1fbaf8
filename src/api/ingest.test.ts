import { request } from 'node:http'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { as, fakeServer } from './server.fake.ts'

type Server = Awaited<ReturnType<typeof fakeServer>>
const lines = '{"message":"a"}\n{"message":"b"}\n'

describe('POST /api/v1/events', () => {
  let server: Server
  beforeEach(async () => {
    server = await fakeServer()
  })
  afterEach(() => server.app.close())

  const post = (payload: string | Buffer, type?: string, headers: Record<string, string> = {}, query = '') =>
    server.app.inject({
      method: 'POST',
      url: `/api/v1/events${query}`,
      headers: { ...as('ingest'), ...(type !== undefined && { 'content-type': type }), ...headers },
      payload,
    })
  const texts = () => server.records.map(({ text }) => text)

  it.each([
    ['a list', '[{"message":"a"},{"message":"b"}]', 'application/json'],
    ['logs', '{"logs":[{"message":"a"},{"message":"b"}]}', 'application/json'],
    ['JSON lines', lines, 'application/x-ndjson'],
    ['JSON lines that call themselves JSON', lines, 'application/json'],
    ['JSON lines that curl calls a form', lines, 'application/x-www-form-urlencoded'],
    ['JSON lines without a type', lines, undefined],
    ['a list without a type', '[{"message":"a"},{"message":"b"}]', undefined],
  ])('takes %s', async (_name, payload, type) => {
    expect((await post(payload, type)).json()).toEqual({ accepted: 2, rejected: 0 })
    expect(texts()).toEqual(['{"message":"a"}', '{"message":"b"}'])
  })

  it('takes plain lines, with what continues them', async () => {
    await post('[2026-01-15 10:00:00] first\n  at com.example.Main\nlast', undefined)
    expect(texts()).toEqual(['[2026-01-15 10:00:00] first\n  at com.example.Main', 'last'])
  })

  it.each([
    ['gzip', gzipSync(lines)],
    ['zstd', zstdCompressSync(lines)],
    ['br', brotliCompressSync(lines)],
    ['deflate', deflateSync(lines)],
  ])('reads %s', async (encoding, payload) => {
    expect((await post(payload, 'application/x-ndjson', { 'content-encoding': encoding })).json().accepted).toBe(2)
  })

  it.each([
    ['nothing', '', 'application/json', 400],
    ['broken JSON', '[1,,]', 'application/json', 400],
    ['no record', '[null]', 'application/json', 400],
    ['an upload', '--x\r\n', 'multipart/form-data; boundary=x', 415],
    ['an unknown charset', 'a', 'text/plain; charset=klingon', 415],
  ])('refuses %s', async (_name, payload, type, status) => {
    const refused = await post(payload, type)
    expect([refused.statusCode, refused.headers['content-type']]).toEqual([
      status,
      expect.stringContaining('application/problem+json'),
    ])
    expect(server.records).toEqual([])
  })

  it.each([
    ['gzip', Buffer.from('garbage'), 400],
    ['gzip', gzipSync(lines).subarray(0, 20), 400],
    ['compress', Buffer.from(lines), 415],
    ['gzip, gzip', Buffer.from(lines), 415],
  ])('refuses a body that is not %s', async (encoding, payload, status) => {
    expect((await post(payload, 'text/plain', { 'content-encoding': encoding })).statusCode).toBe(status)
  })

  it('refuses what swells, while it swells', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1_048_576, ' '))
    const before = process.memoryUsage().rss
    for (const type of ['text/plain', 'application/json']) {
      expect((await post(bomb, type, { 'content-encoding': 'gzip' })).statusCode).toBe(413)
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1_048_576)
  })

  it('reads other charsets', async () => {
    await post(Buffer.from('caf\xe9', 'latin1'), 'text/plain; charset=iso-8859-1')
    expect(texts()).toEqual(['café'])
  })

  it('shows how lines are understood without storing them', async () => {
    const { events } = (await post('a line', 'text/plain', {}, '?debug=1&source=web')).json()
    expect(events).toMatchObject([{ original: 'a line', source: 'web' }])
    expect(server.records).toEqual([])
  })

  it('keeps the name of the source, and refuses a strange one', async () => {
    await post('a line', 'text/plain', {}, '?source=web-01')
    expect(server.records).toMatchObject([{ source: 'web-01' }])
    expect((await post('a line', 'text/plain', {}, '?source=a%2Fb')).statusCode).toBe(400)
  })

  it('doubles nothing under the same key, and keeps the keys of two senders apart', async () => {
    const key = { 'idempotency-key': 'k' }
    await post('a line', 'text/plain', key)
    expect((await post('a line', 'text/plain', key)).json()).toEqual({ accepted: 1, rejected: 0, repeated: true })
    await post('a line', 'text/plain', { ...key, ...as('admin') })
    expect(texts()).toEqual(['a line', 'a line'])
  })

  it('reads a stream no faster than it is taken in', async () => {
    const address = await server.app.listen({ port: 0, host: '127.0.0.1' })
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const accept = server.intake.accept
    server.intake.accept = async (...args) => {
      await held
      return accept(...args)
    }
    const line = `${'x'.repeat(1023)}\n`
    let sent = 0
    const body = Readable.from(
      (function* () {
        for (; sent < 40_000; sent++) yield line
      })(),
    )
    const answered = new Promise<string>((resolve, reject) => {
      const sending = request(
        `${address}/api/v1/events`,
        { method: 'POST', headers: { ...as('ingest'), 'content-type': 'text/plain' } },
        (response) => response.setEncoding('utf8').on('data', resolve),
      )
      sending.on('error', reject)
      body.pipe(sending)
    })
    // The sender stands still as soon as what lies between the two is full.
    let before = -1
    while (before !== sent) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    expect(sent).toBeLessThan(30_000)
    release()
    expect(JSON.parse(await answered)).toEqual({ accepted: 40_000, rejected: 0 })
  })
})
