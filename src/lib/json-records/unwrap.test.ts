import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { type UnwrapOptions, unwrap } from './unwrap.ts'

const texts = (document: unknown, options?: UnwrapOptions): string[] =>
  [...unwrap(typeof document === 'string' ? document : JSON.stringify(document), options)].map(({ text }) => text)
const records = (document: unknown, options?: UnwrapOptions): unknown[] =>
  texts(document, options).map((text) => JSON.parse(text))

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')
const trail = (name: string) => ({
  eventVersion: '1.08',
  userIdentity: { type: 'Root', arn: 'arn:aws:iam::1:root' },
  eventTime: '2026-01-05T10:00:00Z',
  eventSource: 'signin.amazonaws.com',
  eventName: name,
  sourceIPAddress: '203.0.113.9',
  resources: [{ ARN: 'arn:aws:s3:::b', accountId: '1' }],
})
const [a, b] = [trail('ConsoleLogin'), trail('StopLogging')]
const cloudWatch = {
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: '/aws/lambda/pay',
  logStream: 's1',
  subscriptionFilters: ['all'],
  logEvents: [
    { id: '1', timestamp: 1767607200000, message: 'Failed password for root from 203.0.113.9 port 4711 ssh2' },
    { id: '2', timestamp: 1767607201000, message: '{"level":"error","msg":"no"}' },
  ],
}
const named = { owner: '123456789012', logGroup: '/aws/lambda/pay', logStream: 's1' }
const carried = cloudWatch.logEvents.map((event) => ({ ...event, ...named }))
const okta = [
  { published: '2026-01-05T10:00:00Z', eventType: 'user.session.start', target: [{ id: '1', type: 'User' }] },
  { published: '2026-01-05T10:00:01Z', eventType: 'user.mfa.factor.deactivate', target: [] },
]
const activity = {
  kind: 'admin#reports#activity',
  id: { time: '2026-01-05T10:00:00Z', applicationName: 'login' },
  actor: { email: 'a@example.com' },
  events: [{ type: 'login', name: 'login_failure', parameters: [{ name: 'login_type', value: 'exchange' }] }],
}
const gcp = {
  logName: 'projects/p/logs/cloudaudit',
  timestamp: '2026-01-05T10:00:00Z',
  protoPayload: { methodName: 'SetIamPolicy' },
}
const cloudflare = {
  action: { result: true, type: 'login' },
  actor: { email: 'a@example.com', ip: '203.0.113.9', type: 'user' },
  interface: 'UI',
  when: '2026-01-05T10:00:00Z',
}
const azure = [
  { time: '2026-01-05T10:00:00Z', operationName: 'Sign-in activity', properties: { a: 1 } },
  { time: '2026-01-05T10:00:01Z', operationName: 'Sign-in activity', properties: { a: 2 } },
]

describe('unwrap takes apart', () => {
  it.each<[name: string, document: unknown, expected: readonly unknown[]]>([
    ['CloudTrail files', { Records: [a, b] }, [a, b]],
    ['CloudWatch subscriptions', cloudWatch, carried],
    [
      'what the CloudWatch CLI prints',
      {
        events: cloudWatch.logEvents,
        nextForwardToken: 'f/1',
        searchedLogStreams: [{ logStreamName: 's1', searchedCompletely: true }],
      },
      cloudWatch.logEvents,
    ],
    ['CloudWatch to Lambda', { awslogs: { data: base64(gzipSync(JSON.stringify(cloudWatch))) } }, carried],
    [
      'Firehose requests',
      {
        requestId: 'r',
        timestamp: 1767607200000,
        records: [{ data: base64(gzipSync(JSON.stringify(cloudWatch))) }, { data: base64(JSON.stringify(a)) }],
      },
      [...carried, a],
    ],
    [
      'Kinesis to Lambda',
      {
        Records: [
          {
            kinesis: { partitionKey: 'k', sequenceNumber: '1', data: base64(JSON.stringify(b)) },
            eventSource: 'aws:kinesis',
            eventName: 'aws:kinesis:record',
          },
        ],
      },
      [b],
    ],
    ['GCP lists', { entries: [gcp, gcp], nextPageToken: 't' }, [gcp, gcp]],
    [
      'Pub/Sub pushes',
      {
        message: { data: base64(JSON.stringify(gcp)), messageId: '1', publishTime: '2026-01-05T10:00:09Z' },
        subscription: 'projects/p/subscriptions/s',
      },
      [{ ...gcp, subscription: 'projects/p/subscriptions/s' }],
    ],
    [
      'Pub/Sub pulls',
      { receivedMessages: [{ ackId: 'x', message: { data: base64(JSON.stringify(gcp)), messageId: '1' } }] },
      [gcp],
    ],
    ['Cloudflare', { success: true, errors: [], messages: [], result: [cloudflare] }, [cloudflare]],
    ['Azure diagnostics', { records: azure }, azure],
    ['Microsoft Graph pages', { '@odata.context': 'https://graph', '@odata.nextLink': 'n', value: okta }, okta],
    [
      'Loki pushes',
      {
        streams: [
          {
            stream: { app: 'pay', level: 'error' },
            values: [
              ['1767607200123456789', 'boom', { trace: 't' }],
              ['1767607201000000000', '{"msg":"x"}'],
            ],
          },
        ],
      },
      [
        { timestamp: '1767607200123456789', message: 'boom', trace: 't', app: 'pay', level: 'error' },
        { timestamp: '1767607201000000000', message: '{"msg":"x"}', app: 'pay', level: 'error' },
      ],
    ],
    [
      'Loki queries',
      {
        status: 'success',
        data: {
          resultType: 'streams',
          result: [{ stream: { app: 'pay' }, values: [['1767607200123456789', 'boom']] }],
          stats: { summary: {} },
        },
      },
      [{ timestamp: '1767607200123456789', message: 'boom', app: 'pay' }],
    ],
    [
      'OTLP',
      {
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'pay' } }] },
            scopeLogs: [
              {
                scope: { name: 'lib' },
                logRecords: [
                  { timeUnixNano: '1', body: { stringValue: 'x' } },
                  { timeUnixNano: '2', body: { stringValue: 'y' } },
                ],
              },
            ],
          },
        ],
      },
      [
        {
          timeUnixNano: '1',
          body: { stringValue: 'x' },
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'pay' } }] },
          scope: { name: 'lib' },
        },
        {
          timeUnixNano: '2',
          body: { stringValue: 'y' },
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'pay' } }] },
          scope: { name: 'lib' },
        },
      ],
    ],
    [
      'Elasticsearch searches',
      {
        took: 3,
        timed_out: false,
        _shards: { total: 1 },
        hits: {
          total: { value: 2 },
          max_score: null,
          hits: [
            { _index: 'i', _id: '1', _score: 1, _source: okta[0] },
            { _index: 'i', _id: '2', _source: okta[1] },
          ],
        },
      },
      okta,
    ],
    ['lists', okta, okta],
    ['lists of envelopes', [cloudWatch, { Records: [a] }], [...carried, a]],
    ['{"events":[…]}', { events: okta }, okta],
    ['{"data":[…]} with paging', { data: okta, meta: { count: 2 }, links: { next: 'u' } }, okta],
    ['{"items":[…]}', { kind: 'admin#reports#activities', etag: 'e', items: [activity] }, [activity]],
    ['{"results":[…]}', { success: true, message: 'OK', results: okta }, okta],
    ['lists of any name', { auth_events: okta }, okta],
    [
      'batches of an agent',
      { timestamp: '2026-01-05T11:00:00Z', host: 'web-1', events: okta },
      okta.map((one) => ({ ...one, host: 'web-1' })),
    ],
    ['lists beside each other', { auth: [okta[0]], web: [okta[1]] }, okta],
    ['an empty file', { Records: [] }, []],
  ])('%s', (_name, document, expected) => {
    expect(records(document)).toEqual(expected)
    // The same record is found in it however it is written.
    expect(records(JSON.stringify(document, null, 2))).toEqual(expected)
  })

  it('leaves out the action lines of bulk requests', () => {
    for (const action of [
      { index: {} },
      { create: { _index: 'logs', _id: '1' } },
      { delete: { _id: '1', routing: 'r' } },
    ]) {
      expect(texts(action)).toEqual([])
    }
    expect(texts({ index: { name: 'logs', event: 'created' } })).toHaveLength(1)
  })

  it('keeps the letters of a record: numbers beyond 2^53 too', () => {
    const own = '{"eventTime": "2026-01-05T10:00:00Z","id":12345678901234567890,"x":1e400}'
    expect(texts(`{"Records":[${own}]}`)).toEqual([own])
  })

  it('lets an envelope overwrite nothing', () => {
    expect(
      records({
        host: 'relay',
        time: '2026-01-01T00:00:00Z',
        logs: [{ hostname: 'web-1', eventTime: '2026-01-05T10:00:00Z' }],
      }),
    ).toEqual([{ hostname: 'web-1', eventTime: '2026-01-05T10:00:00Z' }])
  })

  it('hands on a record that is malformed, beside the others', () => {
    expect(
      texts(
        '{"Records":[{"eventTime":"2026-01-05T10:00:00Z"},{"eventTime":oops},{"eventTime":"2026-01-05T10:00:02Z"}]}',
      )[1],
    ).toBe('{"eventTime":oops}')
  })
})

describe('unwrap leaves whole', () => {
  it.each<[name: string, document: unknown]>([
    ['a CloudTrail record', a],
    ['an event with tags', { time: '2026-01-05T10:00:00Z', msg: 'x', tags: ['a', 'b'] }],
    ['an alert with its events', { id: 'A-1', title: 'Brute force', severity: 'high', events: okta }],
    ['an alert with a time and events', { timestamp: '2026-01-05T10:00:00Z', rule: 'r', events: okta }],
    ['a Workspace activity', activity],
    ['an Okta event', okta[0]],
    [
      'an Office 365 record',
      { CreationTime: '2026-01-05T10:00:00', Operation: 'New-InboxRule', Parameters: [{ Name: 'x', Value: 'y' }] },
    ],
    [
      'a Kubernetes audit event',
      {
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: 'x',
        stage: 'ResponseComplete',
        requestURI: '/api',
        verb: 'list',
        user: { username: 'u', groups: ['g'] },
        sourceIPs: ['10.0.0.1'],
        requestReceivedTimestamp: '2026-01-05T10:00:00Z',
        responseObject: { items: [{ metadata: { creationTimestamp: '2026-01-05T10:00:00Z' } }] },
      },
    ],
    [
      'an ECS document',
      {
        '@timestamp': '2026-01-05T10:00:00Z',
        message: 'x',
        threat: { enrichments: [{ indicator: { first_seen: '2026-01-05T10:00:00Z' } }] },
        related: [{ time: '2026-01-05T10:00:00Z' }],
      },
    ],
    [
      'an Alertmanager webhook',
      {
        version: '4',
        groupKey: '{}',
        receiver: 'r',
        status: 'firing',
        alerts: [{ status: 'firing', startsAt: '2026-01-05T10:00:00Z', labels: {} }],
      },
    ],
    [
      'a Windows event',
      {
        Event: {
          System: { EventID: 4625, TimeCreated: { SystemTime: '2026-01-05T10:00:00Z' } },
          EventData: { Data: [{ '@Name': 'TargetUserName', '#text': 'bob' }] },
        },
      },
    ],
    [
      'an order',
      {
        id: 7,
        items: [
          { sku: 'a', quantity: 1 },
          { sku: 'b', quantity: 2 },
        ],
      },
    ],
    [
      'a log line with a list of steps',
      { level: 'info', msg: 'done', steps: [{ time: '2026-01-05T10:00:00Z', name: 'a' }] },
    ],
    [
      'a HEC event',
      {
        time: 1767607200,
        host: 'h',
        sourcetype: 'x',
        event: { action: 'login', items: [{ time: '2026-01-05T10:00:00Z' }] },
      },
    ],
    ['a list of numbers', [1, 2, 3]],
    ['a list without records beside an empty one', { logs: [[]], records: [] }],
  ])('%s', (_name, document) => {
    const text = JSON.stringify(document)
    expect([...unwrap(text)]).toEqual([{ text, at: 0, whole: true }])
  })

  it('every record that the parsers know', () => {
    const folder = new URL('../../pipeline/normalize/fixtures', import.meta.url).pathname
    const lines = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.log'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line.startsWith('{') && !/resourceLogs|"_source"/.test(line))
    expect(lines.length).toBeGreaterThan(50)
    for (const line of lines) expect(texts(line)).toEqual([line])
  })
})

describe('unwrap, whatever it is given', () => {
  it('never throws, and takes nothing apart twice', () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('x', 1, null, true, '2026-01-05T10:00:00Z', '1767607200123456789'),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            'records',
            'logs',
            'data',
            'message',
            'time',
            'hits',
            'stream',
            'values',
            'streams',
            'host',
            'a',
            'event',
            '_source',
            '_id',
          ),
          tie('node'),
          { maxKeys: 4 },
        ),
      ),
    })).node
    fc.assert(
      fc.property(value, fc.boolean(), (document, all) => {
        for (const text of texts(document, { all })) {
          if (!text.startsWith('{')) continue
          JSON.parse(text)
          expect(texts(text)).toEqual([text])
        }
      }),
      { numRuns: runs(2_000) },
    )
  })

  it('never throws on text that is no JSON', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]",:\\ax1 \n'), maxLength: 60 }),
        (text) => void [...unwrap(text)],
      ),
      { numRuns: runs(5_000) },
    )
  })
})

describe('exports of query tools', () => {
  const [time, message] = ['2026-01-05T10:00:00Z', 'Failed password for dana']

  it.each([
    ['Splunk', { preview: false, offset: 0, result: { _raw: message, _time: time } }, [{ _raw: message, _time: time }]],
    ['Splunk, the last one', { preview: false, lastrow: true, result: { _raw: message } }, [{ _raw: message }]],
    [
      'logcli',
      { labels: { job: 'auth', message: 'x' }, line: message, timestamp: time },
      [{ timestamp: time, message, job: 'auth' }],
    ],
    [
      'CloudWatch Logs Insights',
      {
        results: [
          [
            { field: '@timestamp', value: time },
            { field: '@message', value: message },
          ],
          [],
        ],
        status: 'Complete',
      },
      [{ '@timestamp': time, '@message': message }, {}],
    ],
    [
      'Azure Monitor',
      {
        tables: [
          {
            name: 'a',
            columns: [{ name: 'TimeGenerated', type: 'datetime' }, { name: 'n' }],
            rows: [
              [time, 1],
              [time, null],
            ],
          },
        ],
      },
      [
        { TimeGenerated: time, n: 1 },
        { TimeGenerated: time, n: null },
      ],
    ],
    ['Kusto', { Tables: [{ Columns: [{ ColumnName: 'TimeGenerated' }], Rows: [[time]] }] }, [{ TimeGenerated: time }]],
  ])('hold the records: %s', (_name, document, expected) => {
    expect(records(document)).toEqual(expected)
    expect(records(JSON.stringify(document, null, 2))).toEqual(expected)
  })

  it.each([
    { result: 'ok', preview: true },
    { labels: ['a'], line: 'x', timestamp: 1 },
    { line: 42, labels: {}, timestamp: 1 },
    { results: [], message: 'none', time },
    { tables: ['a', 'b'], message: 'a', time },
    { results: [['a', 'b']], message: 'a', time },
  ])('are no other objects: %j', (document) => expect(records(document)).toEqual([document]))
})
