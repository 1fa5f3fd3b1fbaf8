import { readFileSync } from 'node:fs'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { expect, it } from 'vitest'
import { as, fakeServer } from '../server.fake.ts'
import { describeShipper } from './shipper.conformance.ts'

/** Requests of @opentelemetry/exporter-logs-otlp-http and -proto. */
const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url))
const json = { 'content-type': 'application/json' }
const protobuf = { 'content-type': 'application/x-protobuf' }

const text = (service: string) => ({
  source: service,
  text: expect.objectContaining({
    severityNumber: 17,
    body: { stringValue: 'payment failed' },
    scope: expect.objectContaining({ name: 'checkout' }),
    attributes: expect.arrayContaining([{ key: 'user.name', value: { stringValue: 'ana' } }]),
    resource: expect.objectContaining({
      attributes: expect.arrayContaining([{ key: 'host.name', value: { stringValue: 'web-01' } }]),
    }),
  }),
})
const line = (service: string) => ({
  source: service,
  text: expect.objectContaining({ severityNumber: 9, body: { stringValue: expect.stringContaining('GET /a') } }),
})

describeShipper('OTLP', {
  good: [
    {
      name: 'Protocol Buffers',
      path: '/v1/logs',
      headers: protobuf,
      body: fixture('otlp.protobuf'),
      records: [text('shop-proto'), line('shop-proto')],
    },
    {
      name: 'JSON',
      path: '/v1/logs',
      headers: json,
      body: fixture('otlp.json'),
      records: [text('shop-json'), line('shop-json')],
    },
    { name: 'an empty request', path: '/v1/logs', headers: json, body: '{}', records: [] },
  ],
  tokens: (token) => [
    { authorization: `Bearer ${token}` },
    { authorization: `Basic ${Buffer.from(`v:${token}`).toString('base64')}` },
  ],
  bad: [
    { name: 'broken JSON', path: '/v1/logs', headers: json, body: '{"resourceLogs": [' },
    { name: 'another JSON', path: '/v1/logs', headers: json, body: '{"resourceLogs": 1}' },
    {
      name: 'broken Protocol Buffers',
      path: '/v1/logs',
      headers: protobuf,
      body: fixture('otlp.protobuf').subarray(0, 100),
    },
  ],
  success: 200,
  recognizesRepeats: true,
  expectRefusal: (body) => expect(body.length).toBeGreaterThan(0),
})

it('answers in the encoding of the request, and counts entries that are no records', async () => {
  const { app } = await fakeServer()
  const post = (headers: Record<string, string>, payload: string | Buffer) =>
    app.inject({ method: 'POST', url: '/v1/logs', headers: { ...headers, ...as('ingest') }, payload })
  const good = await post(protobuf, fixture('otlp.protobuf'))
  expect([good.statusCode, good.headers['content-type'], good.rawPayload.length]).toEqual([
    200,
    'application/x-protobuf',
    0,
  ])
  const bad = await post(protobuf, Buffer.from([0xff, 0xff]))
  expect([bad.statusCode, bad.headers['content-type']]).toEqual([400, 'application/x-protobuf'])
  const status = new BinaryWriter()
    .uint32(8)
    .int32(3)
    .uint32(18)
    .string('The body is not a valid Protocol Buffers message.')
  expect(bad.rawPayload).toEqual(Buffer.from(status.finish()))
  expect((await post(json, fixture('otlp.json'))).json()).toEqual({ partialSuccess: {} })
  const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [1, { body: { stringValue: 'a' } }, null] }] }] }
  expect((await post(json, JSON.stringify(logs))).json()).toMatchObject({ partialSuccess: { rejectedLogRecords: '2' } })
  await app.close()
})
