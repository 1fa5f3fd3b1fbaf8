import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fakeServer } from '../server.fake.ts'
import { describeShipper } from './shipper.conformance.ts'

const path = '/services/collector/event'
const headers = { 'content-type': 'application/json' }

describeShipper('Splunk HEC', {
  good: [
    {
      name: 'events that follow each other',
      path,
      headers,
      body: '{"time":1795392908.988,"host":"web-01","sourcetype":"nginx","source":"/var/log/a","fields":{"env":"prod"},"event":"one"}{"time":"1795392909.001","event":{"msg":"two","timestamp":1}}',
      records: [
        {
          source: 'nginx',
          text: {
            timestamp: 1795392908.988,
            host: 'web-01',
            'splunk.source': '/var/log/a',
            'splunk.sourcetype': 'nginx',
            env: 'prod',
            message: 'one',
          },
        },
        { source: 'splunk', text: { timestamp: '1795392909.001', msg: 'two' } },
      ],
    },
    {
      name: 'a request of splunk-logging',
      path: '/services/collector/event/1.0',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: readFileSync(new URL('./fixtures/splunk.json', import.meta.url)),
      records: [
        {
          source: 'my-app',
          text: expect.objectContaining({
            host: 'web-03',
            text: 'hec object',
            severity: 'info',
            'splunk.index': 'main',
          }),
        },
      ],
    },
    {
      name: 'raw lines',
      path: '/services/collector/raw?sourcetype=access_combined&channel=1',
      headers: {},
      body: 'one\r\ntwo\n',
      records: [
        { source: 'access_combined', text: 'one' },
        { source: 'access_combined', text: 'two' },
      ],
    },
  ],
  tokens: (token) => [
    { authorization: `Splunk ${token}` },
    { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` },
    { authorization: `Bearer ${token}` },
  ],
  bad: [
    { name: 'an empty body', path, headers, body: '' },
    { name: 'an event without "event"', path, headers, body: '{"event":"a"}{"time":1}' },
    { name: 'a body that is no JSON', path, headers, body: 'hello' },
  ],
  success: 200,
  wrongToken: 403,
  recognizesRepeats: true,
  expectRefusal: (body) =>
    expect(JSON.parse(body.toString())).toMatchObject({ text: expect.any(String), code: expect.any(Number) }),
})

it('uses the codes of the collector', async () => {
  const { app } = await fakeServer()
  const post = async (payload: string, authorization = 'Splunk the-ingest-secret') =>
    (await app.inject({ method: 'POST', url: path, headers: authorization ? { authorization } : {}, payload })).json()
  expect(await post('{"event":"a"}')).toEqual({ text: 'Success', code: 0 })
  expect(await post('{"event":"a"}', '')).toEqual({ text: 'Token is required', code: 2 })
  expect(await post('{"event":"a"}', 'Splunk wrong')).toEqual({ text: 'Invalid token', code: 4 })
  expect(await post('')).toMatchObject({ text: 'No data', code: 5 })
  expect(await post('{"event":"a"}{"time":')).toEqual({
    text: 'Invalid data format',
    code: 6,
    'invalid-event-number': 1,
  })
  expect(await post('{"event":"a"}{"time":1}')).toEqual({
    text: 'Event field is required',
    code: 12,
    'invalid-event-number': 1,
  })
  expect(await post('{"event":""}')).toEqual({
    text: 'Event field cannot be blank',
    code: 13,
    'invalid-event-number': 0,
  })
  const health = await app.inject('/services/collector/health')
  expect([health.statusCode, health.json()]).toEqual([200, { text: 'HEC is healthy', code: 17 }])
  await app.close()
})
