import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { packTar } from 'modern-tar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deepRun } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { encodeEvtx, fakeEvent } from '../lib/evtx/evtx.fake.ts'
import { encodeUtmp } from '../lib/utmp/utmp.fake.ts'
import { as, fakeServer } from './server.fake.ts'

type Server = Awaited<ReturnType<typeof fakeServer>>
const tar = await packTar([{ header: { name: 'a.log', size: 4 }, body: 'a\nb\n' }])
const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
/** One log record of OpenTelemetry: a resource, and a record with a time and a body. */
const otlp = field(
  1,
  Buffer.concat([
    field(1, field(1, Buffer.concat([field(1, Buffer.from('service.name')), field(2, field(1, Buffer.from('pay')))]))),
    field(
      2,
      field(
        2,
        Buffer.concat([
          Buffer.from([9, 0, 0x15, 0xcd, 0x5b, 7, 0x81, 0xa4, 0x18]),
          field(5, field(1, Buffer.from('payment failed'))),
        ]),
      ),
    ),
  ]),
)
const logClears = [1, 2].map((record) =>
  fakeEvent({
    provider: 'Eventlog',
    id: 1102,
    time: new Date(0),
    record,
    channel: 'Security',
    computer: 'pc',
    data: {},
  }),
)
const evtx = encodeEvtx([logClears])
const failedLogin = { type: 6, user: 'root', line: 'ssh:notty', seconds: 10 }
const btmp = encodeUtmp([failedLogin, failedLogin])
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

  it.each(['application/xml', 'text/plain', undefined])('takes Windows events as XML: %s', async (type) => {
    const event = '<Event><System><EventID>4625</EventID></System></Event>'
    const document = `<?xml version="1.0" encoding="utf-8"?>\r\n<Events>${event}${event}</Events>`
    expect((await post(document, type)).json()).toEqual({ accepted: 2, rejected: 0 })
    expect(texts()).toEqual([event, event])
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
    ['an SQLite database', Buffer.from('SQLite format 3\0more'), 'application/octet-stream'],
    ['OTLP in Protocol Buffers', otlp, 'application/x-protobuf'],
    ['OTLP in Protocol Buffers that says nothing', otlp, undefined],
    ['OTLP in Protocol Buffers that says it is JSON', otlp, 'application/json'],
    ['XML', '<?xml version="1.0"?><alerts><alert/></alerts>', 'application/xml'],
    ['XML that says it is text', '<?xml version="1.0"?>\n<alerts>\n<alert/></alerts>', 'text/plain'],
    ['a form', 'user=root&action=login', 'application/x-www-form-urlencoded'],
    ['an image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), undefined],
    ['a 7z archive', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]), 'application/x-ndjson'],
    ['noise', Uint8Array.from({ length: 500 }, (_, i) => (i * 73 + (i >> 3) * 31) % 256), 'text/plain'],
    ['UTF-16 without a mark', Buffer.from('a line of text\n', 'utf16le'), 'text/plain'],
  ])('refuses %s, and says what it takes', async (_name, payload, type) => {
    const refused = await post(Buffer.from(payload), type)
    expect([refused.statusCode, refused.headers['accept-post']]).toEqual([
      415,
      'application/json, application/x-ndjson, text/plain',
    ])
    expect(refused.json()).toMatchObject({
      code: 'unsupported_media_type',
      hint: expect.stringContaining('text/plain'),
    })
    expect(server.records).toEqual([])
  })

  it.each([
    [
      'lines that curl calls a form',
      'Failed password for root\nuser=root action=login\n',
      'application/x-www-form-urlencoded',
      2,
    ],
    ['a line with an invalid byte', Buffer.from('a\0b c\n'), 'text/plain', 1],
    ['Latin-1 that says nothing', Buffer.from('caf\xe9 \xfcber na\xefve\n', 'latin1'), 'text/plain', 1],
    ['UTF-16 with its mark', Buffer.from('\ufeffone\ntwo\n', 'utf16le'), 'text/plain', 2],
    ['gzip that says nothing', gzipSync(lines), undefined, 2],
    ['zstd that says nothing', zstdCompressSync(lines), 'application/octet-stream', 2],
    ['bzip2', readFileSync('src/lib/bzip2/fixtures/streams.bz2'), 'application/x-bzip2', 2],
    ['xz', readFileSync('src/pipeline/ingest/file/fixtures/streams.xz'), undefined, 2],
    ['LZ4', readFileSync('src/lib/lz4/fixtures/frames.lz4'), undefined, 11],
    ['a Windows event log', evtx, 'application/octet-stream', 2],
    ['a Windows event log that curl calls a form', gzipSync(evtx), 'application/x-www-form-urlencoded', 2],
    ['login records', btmp, 'application/octet-stream', 2],
    ['login records that are compressed', gzipSync(btmp), undefined, 2],
    [
      'Windows events as XML',
      '<Event xmlns="x"><System/></Event>\n<Event xmlns="x">\n<System/></Event>\n',
      'text/plain',
      2,
    ],
    ['a zip archive', zipSync({ 'a.log': strToU8(lines), 'b.json': strToU8('{"message":"c"}') }), 'application/zip', 3],
    ['a tar archive', gzipSync(tar), undefined, 2],
    ['syslog', '<34>Oct 11 22:14:15 mymachine su: failed\n<info> x\n', 'text/plain', 2],
    ['an empty line first', '\nAnother line\n\x1b[31mred\x1b[0m', 'text/plain', 2],
  ])('takes %s', async (_name, payload, type, accepted) => {
    expect((await post(Buffer.from(payload), type)).json()).toMatchObject({ accepted })
  })

  it.each([
    ['a CloudTrail file', JSON.stringify({ Records: [{ eventTime: 'a' }, { eventTime: 'b' }] }), 2],
    ['one over many lines', JSON.stringify({ Records: [{ eventTime: 'a' }, { eventTime: 'b' }] }, null, 2), 2],
    ['objects without anything between them', '{"event":"a"}{"event":"b"}{"event":"c"}', 3],
    ['a bulk request', '{"index":{}}\n{"message":"a"}\n{"create":{"_index":"x"}}\n{"message":"b"}\n', 2],
  ])('takes %s apart, whatever it is called', async (_name, payload, accepted) => {
    for (const type of [
      'application/json',
      'application/x-ndjson',
      'text/plain',
      'application/x-www-form-urlencoded',
      undefined,
    ]) {
      expect((await post(payload, type)).json(), type).toMatchObject({ accepted })
    }
  })

  it('refuses a document with a record that is longer than a record may be', needs(deepRun), async () => {
    const body = `{"logs":[{"message":"${'x'.repeat(30 * 1_048_576)}`
    expect(
      (await post(gzipSync(`${body}"}]}`, { level: 0 }), 'application/json', { 'content-encoding': 'gzip' }))
        .statusCode,
    ).toBe(413)
    expect((await post(body, 'application/json')).statusCode).toBe(413)
    expect(server.records).toEqual([])
  })

  it('reads a document of any size as it comes', needs(deepRun), async () => {
    const record = JSON.stringify({ eventTime: '2026-01-05T10:00:00Z', text: 'x'.repeat(1_000) })
    const body = `{"Records":[${Array.from({ length: 27_000 }, () => record).join(',')}]}`
    expect(body.length).toBeGreaterThan(26 * 1_048_576)
    expect(
      (await post(gzipSync(body, { level: 1 }), 'application/json', { 'content-encoding': 'gzip' })).json(),
    ).toMatchObject({ accepted: 27_000 })
  })

  it.each([
    ['gzip', Buffer.from('garbage'), 400],
    ['gzip', gzipSync(lines).subarray(0, 20), 400],
    ['compress', Buffer.from(lines), 415],
    ['gzip, gzip', Buffer.from(lines), 415],
  ])('refuses a body that is not %s', async (encoding, payload, status) => {
    expect((await post(payload, 'text/plain', { 'content-encoding': encoding })).statusCode).toBe(status)
  })

  it('says whether a compressed body is cut off, damaged or not compressed', async () => {
    const whole = gzipSync(lines)
    const damaged = Buffer.from(whole)
    damaged.writeUInt8((damaged.at(-8) ?? 0) ^ 1, damaged.length - 8)
    for (const [payload, encoding, detail, hint] of [
      [whole.subarray(0, 20), 'gzip', 'The gzip body ends too early, after 20 bytes.', /whole body again/],
      [zstdCompressSync(lines).subarray(0, 12), 'zstd', 'The zstd body ends too early, after 12 bytes.', /whole body/],
      [brotliCompressSync(lines).subarray(0, 12), 'br', 'The br body ends too early, after 12 bytes.', /whole body/],
      [Buffer.from(lines), 'gzip', 'The body is not gzip, although its Content-Encoding says so.', /leave out/],
      [whole, 'zstd', 'The body is not zstd, although its Content-Encoding says so.', /leave out/],
      [damaged, 'gzip', 'The gzip body is damaged.', /binary/],
    ] as const) {
      const answer = await post(payload, 'text/plain', { 'content-encoding': encoding })
      expect([answer.statusCode, answer.json().detail]).toEqual([400, detail])
      expect(answer.json().hint).toMatch(hint)
    }
  })

  it.each([
    ['text', 'text/plain', 'line'],
    ['JSON lines', 'application/x-ndjson', '{"message":"line"}'],
    ['a JSON document', undefined, '{"message":"line"},'],
  ])(
    'stores what comes before the fault in a compressed file, and reports the fault: %s',
    async (_name, type, line) => {
      const all = Array.from({ length: 400 }, (_, i) => line.replace('line', `line ${i} ${Math.sin(i)}`))
      const content = line.endsWith(',') ? `[\n${all.join('\n')}\n{}]` : all.join('\n')
      const whole = gzipSync(content)
      const cut = whole.subarray(0, whole.length / 2)
      const answer = await post(cut, type)
      expect([answer.statusCode, answer.json()]).toEqual([
        200,
        { accepted: server.records.length, rejected: 0, fault: 'The gzip data is incomplete or corrupt.' },
      ])
      expect(server.records.length).toBeGreaterThan(100)
      const known = new Set(all.map((one) => one.replace(/,$/, '')))
      // The rest of a document that is cut off is one record, as in files.
      expect(texts().filter((text) => !known.has(text) && text.trim() !== '[')).toEqual([])
      const stored = server.records.length
      const keyed = { 'idempotency-key': 'one' }
      expect((await post(cut, type, keyed)).json()).toMatchObject({ accepted: stored })
      expect((await post(cut, type, keyed)).json()).toMatchObject({ accepted: stored, repeated: true })
      expect(server.records.length).toBe(2 * stored)
    },
  )

  it('refuses a compressed file of which nothing can be read', async () => {
    const cut = await post(gzipSync(lines).subarray(0, 15), undefined)
    expect([cut.statusCode, cut.json().detail]).toEqual([400, 'The gzip data is incomplete or corrupt.'])
    expect(server.records).toEqual([])
  })

  it('stores the files before the fault in an archive, and reports the fault', async () => {
    const body = Array.from({ length: 20_000 }, (_, i) => `${Math.sin(i)}\n`).join('')
    const entry = { header: { name: 'b.log', size: body.length }, body }
    const whole = gzipSync(await packTar([{ header: { name: 'a.log', size: 4 }, body: 'a\nb\n' }, entry]))
    const answer = await post(whole.subarray(0, whole.length / 2), undefined)
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { fault: expect.stringContaining('corrupt') }])
    expect(texts().slice(0, 2)).toEqual(['a', 'b'])
  })

  it('names the files of an archive that are no logs, and stores the others', async () => {
    const archive = zipSync({ 'a.log': strToU8(lines), 'b.png': Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10) })
    const answer = await post(Buffer.from(archive), undefined)
    expect(answer.statusCode).toBe(415)
    expect(answer.json()).toMatchObject({ detail: expect.stringContaining('b.png: The body is a PNG image') })
    expect(server.records.length).toBe(2)
    const cut = await post(Buffer.from(archive.subarray(0, 50)), undefined)
    expect([cut.statusCode, cut.json().detail]).toEqual([400, 'The archive is corrupt.'])
  })

  it('refuses what swells, while it swells', needs(deepRun), async () => {
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

  it('shows how lines are parsed without storing them', async () => {
    const { events } = (await post('a line', 'text/plain', {}, '?debug=1&source=web')).json()
    expect(events).toMatchObject([{ original: 'a line', source: 'web' }])
    expect(server.records).toEqual([])
  })

  it('maps the fields and sets the zone of the records of one request', async () => {
    const query = '?source=shop&map=time%3Dwhen_happened,message%3Dmeta.text&zone=%2B02:00'
    const record = '{"when_happened":"2026-01-15 10:00:00","time":"2026-01-01T00:00:00Z","meta":{"text":"paid"}}'
    await post(record, undefined, {}, query)
    await post(record, undefined, {}, '?source=shop')
    const map = { time: 'when_happened', message: 'meta.text' }
    expect(server.records).toMatchObject([{ map, zoneMinutes: 120 }, { source: 'shop' }])
    expect(server.records[1]).not.toMatchObject({ map })
    expect((await post(record, undefined, {}, `${query}&debug=1`)).statusCode).toBe(200)
  })

  it.each([
    ['map=when_happened', 'Write FIELD=NAME'],
    ['map=user.id%3Dwho', 'Write FIELD=NAME with one of: time, message'],
    ['map=time%3D', 'names no field'],
    ['map=time%3Da&map=time%3Db', 'mapped before'],
    ['map=__proto__%3Da', 'maps no field'],
    ['zone=Mars', 'is not a zone'],
  ])('refuses %s', async (query, reason) => {
    const refused = await post('a line', 'text/plain', {}, `?${query}`)
    expect([refused.statusCode, refused.body]).toEqual([400, expect.stringContaining(reason)])
    expect(server.records).toEqual([])
  })

  it('keeps the name of the source, and refuses a strange one', async () => {
    await post('a line', 'text/plain', {}, '?source=web-01')
    expect(server.records).toMatchObject([{ source: 'web-01' }])
    expect((await post('a line', 'text/plain', {}, '?source=a%2Fb')).statusCode).toBe(400)
  })

  it('takes the host of records that name none, and refuses what is none', async () => {
    await post('a line', 'text/plain', {}, '?host=web01.example.org')
    expect(server.records).toMatchObject([{ host: 'web01.example.org' }])
    expect((await post('a line', 'text/plain', {}, '?host=a%20b')).statusCode).toBe(400)
  })

  it('doubles nothing under the same key, and keeps the keys of two senders apart', async () => {
    const key = { 'idempotency-key': 'k' }
    await post('a line', 'text/plain', key)
    expect((await post('a line', 'text/plain', key)).json()).toEqual({ accepted: 1, rejected: 0, repeated: true })
    await post('a line', 'text/plain', { ...key, ...as('admin') })
    expect(texts()).toEqual(['a line', 'a line'])
  })

  // The same bytes would be read in another way, or stored elsewhere.
  it.each([
    '?map=time%3Dbegan&zone=UTC&source=web-01',
    '?map=time%3Dended&zone=%2B02:00&source=web-01',
    '?map=time%3Dended&zone=UTC&source=web-02',
    '?map=time%3Dended&zone=UTC&source=web-01&file_zone=%2B02:00',
    '?map=time%3Dended&zone=UTC&source=web-01&host=web01',
    '',
  ])('refuses the key of "?map=time=ended&zone=UTC&source=web-01" for "%s"', async (query) => {
    const send = (parameters: string) => post('a line', 'text/plain', { 'idempotency-key': 'k' }, parameters)
    const first = '?map=time%3Dended&zone=UTC&source=web-01'
    await send(first)
    const reused = await send(query)
    expect([reused.statusCode, reused.json().code]).toEqual([422, 'idempotency_key_reused'])
    expect((await send(first)).json()).toEqual({ accepted: 1, rejected: 0, repeated: true })
    expect(texts()).toEqual(['a line'])
  })

  it('reads a stream no faster than it is ingested', needs(deepRun), async () => {
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
