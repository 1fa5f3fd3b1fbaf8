import { expect, it } from 'vitest'
import { parseRecord } from '../parse-record.ts'

const ticket = (user: string, id = 4769) => ({
  Channel: 'Security',
  EventID: id,
  Computer: 'dc-1.example.com',
  TimeCreated: '2026-11-21T03:12:41.000Z',
  TargetUserName: user,
  TargetDomainName: 'EXAMPLE.COM',
  ServiceName: 'svc-sql',
  IpAddress: '::ffff:10.0.0.9',
  Status: '0x0',
})
const userOf = (record: object) => {
  const beat = { winlog: { channel: 'Security', event_id: '4769', event_data: record } }
  return [record, beat].map(
    (one) =>
      parseRecord({ text: JSON.stringify(one), source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: 0 })
        .fields['user.name'],
  )
}

it('names the owner of a service ticket as the events of other kinds do', () => {
  expect(userOf(ticket('kim@EXAMPLE.COM'))).toEqual(['kim', 'kim'])
  expect(userOf(ticket('PC-7$@example.com'))).toEqual(['PC-7$', 'PC-7$'])
  expect(userOf(ticket('kim@other.example'))).toEqual(['kim@other.example', 'kim@other.example'])
})
