import { expect, it } from 'vitest'
import { createNormalizer } from '../normalize.ts'

const addresses = (texts: readonly string[]) =>
  createNormalizer()
    .normalize({ partition: 0, first: 0, source: 's', receivedAt: Date.UTC(2026, 11, 14), texts })
    .map(({ fields }) => fields['source.ip'])

const nxlog = (second: number, code: number, facts: object, computer = 'dc1.corp.example') =>
  JSON.stringify({
    ...{ EventTime: `2026-11-21 03:12:${second}`, Hostname: computer, EventID: code, Channel: 'Security' },
    ...{ SourceName: 'Microsoft-Windows-Security-Auditing', ...facts },
  })
const xml = (second: number, code: number, facts: Readonly<Record<string, string>>) =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>${code}</EventID><TimeCreated SystemTime='2026-11-21T03:12:${second}.000Z'/><Channel>Security</Channel><Computer>dc1.corp.example</Computer></System><EventData>${Object.entries(
    facts,
  )
    .map(([name, value]) => `<Data Name='${name}'>${value}</Data>`)
    .join('')}</EventData></Event>`

const session = '0x824909'
const logon = { TargetUserName: 'eve', TargetLogonId: session, LogonType: '3', IpAddress: '10.0.0.77' }
const replication = {
  SubjectUserName: 'eve',
  SubjectLogonId: session,
  Properties: '{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}',
}

it('adds the client to actions within its session', () => {
  expect(addresses([nxlog(20, 4624, logon), nxlog(21, 4662, replication)])).toEqual(['10.0.0.77', '10.0.0.77'])
  expect(addresses([xml(20, 4624, logon), xml(21, 4720, replication)])).toEqual(['10.0.0.77', '10.0.0.77'])
})

it.each([
  ['of another computer', nxlog(20, 4624, logon, 'dc2.corp.example'), nxlog(21, 4662, replication)],
  ['of a later session with its number', nxlog(22, 4624, logon), nxlog(21, 4662, replication)],
  ['of another session', nxlog(20, 4624, logon), nxlog(21, 4662, { ...replication, SubjectLogonId: '0x3e7' })],
  ['on the computer itself', nxlog(20, 4624, { ...logon, IpAddress: '::1' }), nxlog(21, 4662, replication)],
  ['that starts a program', nxlog(20, 4624, logon), nxlog(21, 4688, replication)],
])('adds no client to a record %s', (_, first, second) => {
  expect(addresses([first, second])[1]).toBeUndefined()
})
