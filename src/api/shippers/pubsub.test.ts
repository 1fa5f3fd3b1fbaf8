import { expect } from 'vitest'
import { describeShipper } from './shipper.conformance.ts'

const path = '/pubsub'
const headers = { 'content-type': 'application/json' }
const entry = { textPayload: 'payment failed', timestamp: '2026-01-05T10:00:00.123Z', severity: 'ERROR' }
const bodyOf = (message: object): string =>
  JSON.stringify({ message: { messageId: '1', ...message }, subscription: 'projects/p/subscriptions/logs' })

describeShipper('Pub/Sub', {
  good: [
    {
      name: 'an entry of Cloud Logging',
      path,
      headers,
      body: bodyOf({ data: Buffer.from(JSON.stringify(entry)).toString('base64') }),
      records: [{ source: 'logs', text: entry }],
    },
    {
      name: 'a message that consists of attributes',
      path,
      headers,
      body: bodyOf({ publishTime: '2026-01-05T10:00:00Z', attributes: { a: 'b' } }),
      records: [{ source: 'logs', text: { timestamp: '2026-01-05T10:00:00Z', attributes: { a: 'b' } } }],
    },
  ],
  tokens: (token) => [
    { authorization: `Bearer ${token}` },
    { authorization: `Basic ${Buffer.from(`push:${token}`).toString('base64')}` },
  ],
  bad: [
    { name: 'broken JSON', path, headers, body: '{' },
    { name: 'a body without a message', path, headers, body: '{}' },
  ],
  success: 204,
  recognizesRepeats: true,
  expectRefusal: (body, status) => expect(JSON.parse(body.toString())).toMatchObject({ error: { code: status } }),
})
