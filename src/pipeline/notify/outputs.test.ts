import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../component.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { sinkRegistry } from './registry.ts'
import { describeSink, openReceiver, someIncident, someNotification } from './sink.conformance.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()
const runtime = { now: () => 1_733_813_700_500, fetch, log, signal }
const create = (type: string, options: object) => sinkRegistry.create(type, options, runtime)

describeSink('slack', (url) => create('slack', { url }), { multiline: true })
describeSink('splunk', (url) => create('splunk', { url, token: 'hush' }))
describeSink('elasticsearch', (url) => create('elasticsearch', { url }))

const flatFields: Partial<Incident> = {
  types: ['brute_force'],
  entities: [
    { type: 'user', value: 'root' },
    { type: 'ip', value: '10.0.0.5' },
    { type: 'ip', value: '203.0.113.9' },
  ],
  address_roles: { source: [{ ip: '203.0.113.9', events: 286, internal: false }] },
}

describe('receivers of the log detection service', () => {
  let receiver: Awaited<ReturnType<typeof openReceiver>>
  beforeEach(async () => {
    receiver = await openReceiver()
  })
  afterEach(() => receiver.close())
  const only = () => {
    expect(receiver.received).toHaveLength(1)
    const [message] = receiver.received
    if (!message) throw new Error('there is one')
    return message
  }
  const notification = (facts: Partial<Incident> = {}) =>
    someNotification({ incident: someIncident({ ...flatFields, ...facts }) })
  const others = [someIncident({ ...flatFields, id: 'i2', display_id: 'INC-2', title: 'Another' })]

  it.each([
    ['low', '#36a64f'],
    ['medium', '#ff9900'],
    ['high', '#ff0000'],
    ['critical', '#8b0000'],
  ] as const)('Slack shows %s as %s', async (severity, color) => {
    await create('slack', { url: receiver.url }).send(notification({ severity }), signal)
    const { attachments } = JSON.parse(only().body)
    expect(attachments).toMatchObject([{ color, footer: 'Log Anomaly Detection', ts: 1_733_814_000 }])
    expect(attachments[0].fields).toEqual([
      { title: 'Severity', value: severity, short: true },
      { title: 'Score', value: '0.620', short: true },
      { title: 'User', value: 'root', short: true },
      { title: 'Source IP', value: '203.0.113.9', short: true },
      { title: 'Event', value: 'brute_force', short: true },
      { title: 'Action', value: 'opened', short: true },
      {
        title: 'Message',
        value: '286 failed logins to sshd on web-01 from 203.0.113.9 within an hour.',
        short: false,
      },
    ])
  })

  it('Slack notifies nobody because of a log line', async () => {
    const text = 'x <!channel> <https://evil.example|click> & *bold*'
    await create('slack', { url: receiver.url }).send(notification({ title: text, reason: text }), signal)
    expect(only().body).not.toMatch(/<|>/)
    expect(only().body).toContain('&lt;!channel&gt;')
  })

  it('Splunk receives events with its token', async () => {
    await create('splunk', { url: receiver.url, token: 'hush', index: 'security' }).send(
      { ...notification(), others },
      signal,
    )
    const { headers, body } = only()
    expect(headers.authorization).toBe('Splunk hush')
    expect(body.split('\n').map((line) => JSON.parse(line))).toMatchObject([
      {
        sourcetype: 'anomaly_detection',
        index: 'security',
        time: 1_733_814_000,
        event: { severity: 'high', user: 'root', source_ip: '203.0.113.9', anomaly_score: 0.62, incident: 'INC-1' },
      },
      { event: { incident: 'INC-2', id: 'i1/oncall/opened/1/i2' } },
    ])
  })

  it('Elasticsearch receives one document, with an id that makes retries idempotent', async () => {
    await create('elasticsearch', { url: receiver.url, api_key: 'a2V5' }).send(notification(), signal)
    const { headers, body, path } = only()
    expect(path).toBe('/hook/a-password/security-anomalies/_doc/i1%2Foncall%2Fopened%2F1?key=another-one')
    expect(headers.authorization).toBe('ApiKey a2V5')
    expect(JSON.parse(body)).toMatchObject({ '@timestamp': '2024-12-10T07:00:00.000Z', type: 'brute_force' })
  })

  const bulk = () =>
    create('elasticsearch', { url: receiver.url, username: 'me', password: 'pw' }).send(
      { ...notification(), others },
      signal,
    )

  it('Elasticsearch receives several documents at once', async () => {
    receiver.answer.body = JSON.stringify({ errors: false, items: [] })
    await bulk()
    const { headers, body, path } = only()
    expect(path).toContain('/security-anomalies/_bulk')
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      authorization: `Basic ${Buffer.from('me:pw').toString('base64')}`,
    })
    expect(body.endsWith('\n')).toBe(true)
    expect(
      body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { index: { _id: 'i1/oncall/opened/1' } },
      { incident: 'INC-1' },
      { index: { _id: 'i1/oncall/opened/1/i2' } },
      { incident: 'INC-2' },
    ])
  })

  it('a data stream receives documents once', async () => {
    receiver.answer.body = JSON.stringify({ errors: true, items: [{ create: { status: 409 } }] })
    const options = { url: receiver.url, index: 'logs-vedette-default', data_stream: true }
    await create('elasticsearch', options).send(notification(), signal)
    const { body, path } = only()
    expect(path).toContain('/logs-vedette-default/_bulk')
    expect(body.split('\n', 2).map((line) => JSON.parse(line))).toMatchObject([
      { create: { _id: 'i1/oncall/opened/1' } },
      { '@timestamp': '2024-12-10T07:00:00.000Z' },
    ])
  })

  it.each([
    [[200, 429], true],
    [[200, 400], false],
  ])('Elasticsearch that rejects documents (%j) is retryable: %s', async (statuses, retryable) => {
    receiver.answer.body = JSON.stringify({ errors: true, items: statuses.map((status) => ({ index: { status } })) })
    await expect(bulk()).rejects.toMatchObject({ code: 'SINK_REJECTED', retryable })
  })

  it('an answer that is not from Elasticsearch is an error', async () => {
    await expect(bulk()).rejects.toMatchObject({ code: 'SINK_REJECTED', retryable: true })
    receiver.answer.body = '{"took": 3}'
    await expect(bulk()).rejects.toMatchObject({ code: 'SINK_REJECTED' })
  })

  it.each([
    ['splunk', { url: 'https://splunk:8088/services/collector' }],
    ['elasticsearch', { url: 'https://search:9200', username: 'me' }],
    ['elasticsearch', { url: 'https://search:9200', index: '../_all' }],
    ['slack', { url: 'javascript:alert(1)' }],
  ])('%s rejects %j', (type, options) => {
    expect(() => create(type, options)).toThrow(/not valid/)
  })
})
