import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { describeShipper } from './shipper.conformance.ts'

const path = '/firehose'
const headers = { 'content-type': 'application/json', 'x-amz-firehose-request-id': 'request-1' }
const base64 = (bytes: string | Buffer): string => Buffer.from(bytes).toString('base64')
const cloudWatch = {
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: '/aws/lambda/shop',
  logStream: '2026/01/05/[$LATEST]abc',
  logEvents: [{ id: '1', timestamp: 1_795_392_908_985, message: 'payment failed' }],
}
const bodyOf = (...data: readonly string[]): string =>
  JSON.stringify({ requestId: 'request-1', timestamp: 1, records: data.map((one) => ({ data: one })) })

describeShipper('Firehose', {
  good: [
    {
      name: 'a subscription of CloudWatch',
      path,
      headers,
      body: bodyOf(
        base64(gzipSync(JSON.stringify(cloudWatch))),
        base64(gzipSync(JSON.stringify({ ...cloudWatch, messageType: 'CONTROL_MESSAGE' }))),
      ),
      records: [
        {
          source: 'aws-lambda-shop',
          text: {
            timestamp: 1_795_392_908_985,
            message: 'payment failed',
            'event.id': '1',
            'cloud.account.id': '123456789012',
            'aws.log_group': '/aws/lambda/shop',
            'aws.log_stream': '2026/01/05/[$LATEST]abc',
          },
        },
      ],
    },
    {
      name: 'lines and JSON',
      path,
      headers: { ...headers, 'x-amz-firehose-request-id': 'request-2' },
      body: bodyOf(base64('one\ntwo\n'), base64('{"a":1}{"a":2}')).replace('request-1', 'request-2'),
      records: [
        { source: 'firehose', text: 'one' },
        { source: 'firehose', text: 'two' },
        { source: 'firehose', text: { a: 1 } },
        { source: 'firehose', text: { a: 2 } },
      ],
    },
  ],
  tokens: (token) => [{ 'x-amz-firehose-access-key': token }, { authorization: `Bearer ${token}` }],
  bad: [
    { name: 'broken JSON', path, headers, body: '{' },
    { name: 'a body without records', path, headers, body: '{}' },
    { name: 'data that is no gzip', path, headers, body: bodyOf(base64(Buffer.from([0x1f, 0x8b, 1, 2]))) },
    { name: 'data that grows too large', path, headers, body: bodyOf(base64(gzipSync(Buffer.alloc(26 * 1_048_576)))) },
  ],
  success: 200,
  recognizesRepeats: true,
  expectRefusal: (body) =>
    expect(JSON.parse(body.toString())).toMatchObject({ requestId: 'request-1', errorMessage: expect.any(String) }),
})
