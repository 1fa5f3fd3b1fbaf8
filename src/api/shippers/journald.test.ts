import { expect, it } from 'vitest'
import { readJournal } from './journald.ts'
import { describeShipper } from './shipper.conformance.ts'

const path = '/upload'
const headers = { 'content-type': 'application/vnd.fdo.journal' }
const binary = (name: string, value: Buffer): Buffer => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(value.length))
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')])
}
const first = '__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=1795392908985000\n_HOSTNAME=web-01\nMESSAGE=a=b\nTAG=1\nTAG=2\n\n'
const second = Buffer.concat([
  Buffer.from('__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1795392908985001\n'),
  binary('MESSAGE', Buffer.from('two\nlines')),
])

describeShipper('journald', {
  good: [
    {
      name: 'the export format',
      path,
      headers,
      body: Buffer.concat([Buffer.from(first), second]),
      records: [
        {
          source: 'journald',
          text: {
            __CURSOR: 's=1;i=1',
            __REALTIME_TIMESTAMP: '1795392908985000',
            _HOSTNAME: 'web-01',
            MESSAGE: 'a=b',
            TAG: ['1', '2'],
          },
        },
        {
          source: 'journald',
          text: { __CURSOR: 's=1;i=2', __REALTIME_TIMESTAMP: '1795392908985001', MESSAGE: 'two\nlines' },
        },
      ],
    },
  ],
  tokens: (token) => [
    { authorization: `Basic ${Buffer.from(`journal:${token}`).toString('base64')}` },
    { authorization: `Bearer ${token}` },
  ],
  bad: [
    { name: 'a line that is no field', path, headers, body: 'hello world\n' },
    { name: 'a binary field without its data', path, headers, body: second.subarray(0, -5) },
  ],
  success: 202,
  recognizesRepeats: true,
  identifiesRecords: true,
  expectRefusal: (body) => expect(body.toString()).toMatch(/^.+\n$/),
})

const shipmentsOf = (bytes: Buffer, size: number) =>
  Array.fromAsync(
    readJournal(
      (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      })(),
    ),
  )

it('makes the same shipments however the bytes arrive, so that a repeated upload continues', async () => {
  const entries = Array.from({ length: 5_000 }, (_, i) => first.replace('i=1', `i=${i}`)).join('')
  const whole = await shipmentsOf(Buffer.from(entries), 1e9)
  expect(whole.map(({ records }) => records.length)).toEqual([2_048, 2_048, 904])
  expect(await shipmentsOf(Buffer.from(entries), 997)).toEqual(whole)
  const more = await shipmentsOf(Buffer.from(entries + first), 65_536)
  expect(more.map(({ key }) => key).slice(0, 2)).toEqual(whole.map(({ key }) => key).slice(0, 2))
})

it('skips the data of a field that is too large', async () => {
  const large = Buffer.concat([binary('COREDUMP', Buffer.alloc(3_000_000, 65)), Buffer.from('MESSAGE=crashed\n')])
  const [shipment] = await shipmentsOf(large, 65_536)
  const fields = JSON.parse(shipment?.records[0]?.text ?? '')
  expect([fields.MESSAGE, fields.COREDUMP.length]).toEqual(['crashed', 262_144])
})
