import { expect } from 'vitest'
import { describeShipper } from './shipper.conformance.ts'

const path = '/api/v2/logs'
const headers = { 'content-type': 'application/json' }
const log = {
  message: 'payment failed',
  status: 'error',
  hostname: 'web-01',
  service: 'shop',
  ddsource: 'nodejs',
  ddtags: 'env:prod,version:1.2,plain',
  timestamp: 1_795_392_908_985,
}

describeShipper('Datadog', {
  good: [
    {
      name: 'the logs of an agent',
      path,
      headers,
      body: JSON.stringify([log, { ...log, message: { msg: 'nested' }, ddtags: undefined, status: 200 }]),
      records: [
        {
          source: 'shop',
          text: {
            message: 'payment failed',
            level: 'error',
            hostname: 'web-01',
            service: 'shop',
            timestamp: log.timestamp,
            'datadog.source': 'nodejs',
            'tags.env': 'prod',
            'tags.version': '1.2',
          },
        },
        { source: 'shop', text: expect.objectContaining({ message: '{"msg":"nested"}', status: 200 }) },
      ],
    },
    {
      name: 'one log, with attributes in the query',
      path: `${path}?ddsource=nginx&hostname=web-02`,
      headers,
      body: '{"message":"one"}',
      records: [{ source: 'nginx', text: { message: 'one', hostname: 'web-02', 'datadog.source': 'nginx' } }],
    },
    {
      name: 'lines of text',
      path,
      headers: { 'content-type': 'text/plain' },
      body: 'one\ntwo',
      records: [
        { source: 'datadog', text: { message: 'one' } },
        { source: 'datadog', text: { message: 'two' } },
      ],
    },
  ],
  tokens: (token) => [{ 'dd-api-key': token }, { authorization: `Bearer ${token}` }],
  bad: [
    { name: 'an empty body', path, headers, body: '' },
    { name: 'broken JSON', path, headers, body: '[{' },
    { name: 'a list of numbers', path, headers, body: '[1]' },
  ],
  success: 202,
  recognizesRepeats: true,
  expectRefusal: (body, status) =>
    expect(JSON.parse(body.toString())).toMatchObject({
      errors: [{ status: String(status), detail: expect.any(String) }],
    }),
})
