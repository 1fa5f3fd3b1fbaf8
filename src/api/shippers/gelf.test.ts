import { expect } from 'vitest'
import { describeShipper } from './shipper.conformance.ts'

const path = '/gelf'
const headers = { 'content-type': 'application/json' }

describeShipper('GELF', {
  good: [
    {
      name: 'a message',
      path,
      headers,
      body: JSON.stringify({
        version: '1.1',
        host: 'web-01',
        short_message: 'payment failed',
        full_message: 'payment failed\n  at pay()',
        timestamp: 1795392908.985,
        level: 3,
        _service: 'shop',
        _user_name: 'ana',
      }),
      records: [
        {
          source: 'shop',
          text: {
            message: 'payment failed',
            host: 'web-01',
            timestamp: 1795392908.985,
            level: 3,
            service: 'shop',
            user_name: 'ana',
            'error.stack_trace': 'payment failed\n  at pay()',
          },
        },
      ],
    },
    {
      name: 'two messages without a content type',
      path,
      headers: {},
      body: '{"short_message":"a"}\n{"short_message":"b"}',
      records: [
        { source: 'gelf', text: { message: 'a' } },
        { source: 'gelf', text: { message: 'b' } },
      ],
    },
  ],
  tokens: (token) => [
    { authorization: `Basic ${Buffer.from(`gelf:${token}`).toString('base64')}` },
    { authorization: `Bearer ${token}` },
  ],
  bad: [
    { name: 'an empty body', path, headers, body: '' },
    { name: 'broken JSON', path, headers, body: '{"short_message":' },
    { name: 'a message without a text', path, headers, body: '{"host":"a"}' },
  ],
  success: 202,
  recognizesRepeats: true,
  expectRefusal: (body) => expect(JSON.parse(body.toString())).toMatchObject({ message: expect.any(String) }),
})
