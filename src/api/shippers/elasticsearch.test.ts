import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import { as, fakeServer } from '../server.fake.ts'
import { describeShipper } from './shipper.conformance.ts'

const headers = { 'content-type': 'application/x-ndjson', 'user-agent': 'Filebeat/8.11.0' }
const first = { '@timestamp': '2026-01-05T10:00:00.123Z', message: 'payment failed', host: { name: 'web-01' } }
const second = { '@timestamp': '2026-01-05T10:00:01.456Z', message: 'payment accepted' }
const bulk = (...lines: readonly unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
const basic = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64')

describeShipper('Elasticsearch', {
  good: [
    {
      name: 'Filebeat’s bulk request',
      path: '/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status',
      headers,
      body: bulk({ create: { _index: 'filebeat-8.11.0' } }, first, { index: { _index: 'logs-nginx-default' } }, second),
      records: [
        { source: 'filebeat-8.11.0', text: first },
        { source: 'logs-nginx-default', text: second },
      ],
    },
    {
      name: 'a daily index in the path, and a body without a final line break',
      path: '/fluent-bit-2026.01.05/_bulk',
      headers: { 'user-agent': 'Fluent-Bit' },
      body: bulk({ index: { pipeline: null }, attempts: 0 }, first).trimEnd(),
      records: [{ source: 'fluent-bit', text: first }],
    },
  ],
  tokens: (token) => [
    { authorization: `Basic ${basic('vedette', token)}` },
    { authorization: `Basic ${basic(token, '')}` },
    { authorization: `ApiKey ${basic('some-id', token)}` },
    { authorization: `ApiKey ${token}` },
    { authorization: `Bearer ${token}` },
  ],
  bad: [
    { name: 'an empty body', path: '/_bulk', headers, body: '' },
    { name: 'a body that is no bulk request', path: '/_bulk', headers, body: 'hello\n' },
    { name: 'an unknown action', path: '/_bulk', headers, body: bulk({ drop: {} }, first) },
  ],
  success: 200,
  recognizesRepeats: true,
  expectRefusal(body, status) {
    const { error, ...rest } = JSON.parse(body.toString())
    expect(rest).toEqual({ status })
    expect(error).toMatchObject({
      type: expect.any(String),
      reason: expect.any(String),
      root_cause: [expect.anything()],
    })
  },
})

describe('the answers of Elasticsearch', () => {
  let server: Awaited<ReturnType<typeof fakeServer>>
  beforeAll(async () => {
    server = await fakeServer()
  })
  afterAll(() => server.app.close())

  it('reports each document that it refuses, and accepts the others', async () => {
    const payload =
      bulk({ create: { _index: 'a', _id: '1' } }, first, { index: {} }) +
      `{"broken\n${bulk({ delete: { _id: 2 } }, { update: { _id: '3' } }, { doc: {} }, { create: {} }, second)}`
    const answer = await server.app.inject({ method: 'POST', url: '/_bulk', headers: as('ingest'), payload })
    expect(answer.headers['x-elastic-product']).toBe('Elasticsearch')
    expect(answer.json()).toMatchObject({
      errors: true,
      items: [
        { create: { _index: 'a', _id: '1', status: 201, result: 'created' } },
        { index: { _index: 'elasticsearch', status: 400, error: { type: 'document_parsing_exception' } } },
        { delete: { _id: '2', status: 400 } },
        { update: { _id: '3', status: 400 } },
        { create: { status: 201 } },
      ],
    })
    expect(server.records.map(({ text }) => JSON.parse(text).message)).toEqual(['payment failed', 'payment accepted'])
  })

  it('recognizes records that come again in another group, but no equal records of one request', async () => {
    const own = await fakeServer()
    const send = (...documents: readonly object[]) =>
      own.app.inject({
        method: 'POST',
        url: '/_bulk',
        headers: as('ingest'),
        payload: bulk(...documents.flatMap((document) => [{ index: {} }, document])),
      })
    const third = { '@timestamp': '2026-01-05T10:00:02.789Z', message: 'third' }
    const coarse = { '@timestamp': '2026-01-05T10:00:03Z', message: 'coarse' }
    const groups = [[first, second, second], [second, second, third], [first], [coarse], [coarse, third]]
    for (const group of groups) expect((await send(...group)).json().items.length).toBe(group.length)
    expect(own.records.map(({ text }) => JSON.parse(text).message)).toEqual([
      ...['payment failed', 'payment accepted', 'payment accepted', 'third'],
      // A time without a fraction of a second identifies no record.
      ...['coarse', 'coarse', 'third'],
    ])
    await own.app.close()
  })

  it('recognizes records by their own ids, whatever their times', async () => {
    const own = await fakeServer()
    const send = (...ids: readonly string[]) =>
      own.app.inject({
        method: 'POST',
        url: '/_bulk',
        headers: as('ingest'),
        payload: bulk(...ids.flatMap((_id) => [{ create: { _id } }, { message: 'the same' }])),
      })
    for (const ids of [['1', '2', '2'], ['2', '3'], ['1'], ['3', '4']]) {
      expect((await send(...ids)).json().items.length).toBe(ids.length)
    }
    expect(own.records.length).toBe(4)
    await own.app.close()
  })

  it('answers rsyslog, which has no User-Agent, in plain text when it shall retry', async () => {
    server.intake.full = new AppError('QUEUE_FULL', 'The queue is full.', { retryable: true, retryAfter: 5 })
    const headers = { ...as('ingest'), 'user-agent': '' }
    const answer = await server.app.inject({
      method: 'POST',
      url: '/_bulk',
      headers,
      payload: bulk({ index: {} }, first),
    })
    server.intake.full = undefined
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      429,
      'text/plain; charset=utf-8',
      'The queue is full.\n',
    ])
    expect(answer.headers['retry-after']).toBe('5')
  })

  it('takes a single document', async () => {
    const headers = { ...as('ingest'), 'content-type': 'application/json' }
    const answer = await server.app.inject({ method: 'POST', url: '/shop/_doc', headers, payload: '{"message":"x"}' })
    expect([answer.statusCode, answer.json()]).toMatchObject([201, { _index: 'shop', result: 'created' }])
  })

  it('describes itself to programs, and shows browsers the page', async () => {
    const get = (headers: Record<string, string>, method: 'GET' | 'HEAD' = 'GET') =>
      server.app.inject({ method, url: '/', headers })
    for (const headers of [
      as('ingest'),
      { ...as('ingest'), accept: 'application/vnd.elasticsearch+json; compatible-with=9' },
    ]) {
      const answer = await get(headers)
      expect([answer.headers['x-elastic-product'], answer.json()]).toMatchObject([
        'Elasticsearch',
        { version: { number: expect.stringMatching(/^8\./) }, tagline: 'You Know, for Search' },
      ])
      expect((await get(headers, 'HEAD')).statusCode).toBe(200)
    }
    expect((await get({ accept: 'application/json' })).json()).toMatchObject({ status: 401 })
    for (const accept of ['text/html,application/xhtml+xml,*/*;q=0.8', '*/*']) {
      expect((await get({ accept })).headers['content-type']).toContain('text/html')
    }
  })

  it('confirms every setting that shippers look up before they send', async () => {
    const asked = [
      ['GET', '/_license?human=false'],
      ['GET', '/_xpack'],
      ['GET', '/_cat/health'],
      ['HEAD', '/_ilm/policy/filebeat'],
      ['GET', '/_ilm/policy/filebeat'],
      ['HEAD', '/_index_template/filebeat-8.11.0'],
      ['GET', '/_data_stream/filebeat-8.11.0'],
      ['HEAD', '/_template/logstash'],
      ['PUT', '/_index_template/logs'],
      ['POST', '/logs/_refresh'],
      ['GET', '/_cluster/health'],
    ] as const
    for (const [method, url] of asked) {
      const answer = await server.app.inject({ method, url, headers: as('ingest') })
      expect([answer.statusCode, answer.headers['x-elastic-product']], url).toEqual([200, 'Elasticsearch'])
      expect((await server.app.inject({ method, url })).statusCode, url).toBe(401)
    }
  })
})
