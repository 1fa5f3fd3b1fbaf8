import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { describeShipper } from './shipper.conformance.ts'

const headers = { 'content-type': 'application/json' }
const protobuf = { 'content-type': 'application/x-protobuf' }
const path = '/loki/api/v1/push'
/** A request of winston-loki: Protocol Buffers in Snappy. */
const snappy = readFileSync(new URL('./fixtures/loki.snappy', import.meta.url))

describeShipper('Loki', {
  good: [
    {
      name: 'JSON with labels and structured metadata',
      path,
      headers,
      body: JSON.stringify({
        streams: [
          {
            stream: { job: 'varlogs', host: 'web-01' },
            values: [
              ['1795392908985000000', 'one'],
              ['1795392908985000001', 'two', { trace_id: 'abc' }],
            ],
          },
          { stream: { filename: '/var/log/syslog', message: 'a label' }, values: [['1795392908985000002', 'three']] },
        ],
      }),
      records: [
        {
          source: 'varlogs',
          text: { timestamp: '1795392908985000000', message: 'one', job: 'varlogs', host: 'web-01' },
        },
        {
          source: 'varlogs',
          text: { timestamp: '1795392908985000001', message: 'two', trace_id: 'abc', job: 'varlogs', host: 'web-01' },
        },
        {
          source: 'var-log-syslog',
          text: {
            timestamp: '1795392908985000002',
            message: 'three',
            filename: '/var/log/syslog',
            'label.message': 'a label',
          },
        },
      ],
    },
    {
      name: 'Protocol Buffers in Snappy',
      path,
      headers: protobuf,
      body: snappy,
      records: [
        {
          source: 'winston-proto',
          text: {
            timestamp: '1795392908986000000',
            message: 'winston to loki {"level":"info"}',
            level: 'info',
            app: 'winston-proto',
            level2: 'x',
          },
        },
      ],
    },
    {
      name: 'the older JSON',
      path: '/api/prom/push',
      headers,
      body: JSON.stringify({
        streams: [{ labels: '{job="a\\"b"}', entries: [{ ts: '2026-01-05T10:00:00.123Z', line: 'x' }] }],
      }),
      records: [{ source: 'a-b', text: { timestamp: '2026-01-05T10:00:00.123Z', message: 'x', job: 'a"b' } }],
    },
  ],
  tokens: (token) => [
    { authorization: `Basic ${Buffer.from(`tenant:${token}`).toString('base64')}`, 'x-scope-orgid': 'tenant' },
    { authorization: `Bearer ${token}` },
  ],
  bad: [
    { name: 'broken JSON', path, headers, body: '{"streams":' },
    { name: 'a body without streams', path, headers, body: '{}' },
    { name: 'a value without a line', path, headers, body: '{"streams":[{"stream":{},"values":[["1"]]}]}' },
    { name: 'broken Snappy', path, headers: protobuf, body: snappy.subarray(0, 40) },
    { name: 'an empty body', path, headers: protobuf, body: '' },
  ],
  success: 204,
  recognizesRepeats: true,
  expectRefusal: (body) => expect(body.toString()).toMatch(/^.+\n$/),
})
