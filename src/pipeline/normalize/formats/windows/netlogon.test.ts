import { expect, it } from 'vitest'
import { parseRecord } from '../../parse-record.ts'

const read = (text: string) =>
  parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: 0 }).fields

it.each([
  ['0x0', 'authentication', 'success'],
  ['0xC000006A', 'authentication', 'failure'],
  ['0xC0000234', 'authentication', 'failure'],
  // No server that could check the password is no guess.
  ['0xC000005E', 'session', undefined],
])('a logon that returns %s', (status, category, outcome) => {
  const line = `12/10 09:32:20 [LOGON] [4711] CORP: SamLogon: Network logon of CORP\\kim from PC-12 Returns ${status}`
  const fields = read(line)
  expect(fields['event.outcome']).toBe(outcome)
  expect(fields).toMatchObject({
    'event.category': category,
    'user.name': 'kim',
    'source.domain': 'PC-12',
  })
})

it('counts a logon once: its beginning is none', () =>
  expect(
    read('12/10 09:32:20 [LOGON] CORP: SamLogon: Network logon of CORP\\kim from PC-12 Entered')['event.category'],
  ).toBe('session'))
