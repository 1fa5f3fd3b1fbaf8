import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../parse-record.ts'

const parse = (object: object) =>
  parseRecord({ text: JSON.stringify(object), source: 'x', receivedAt: Date.UTC(2026, 0, 15) })
const time = Date.UTC(2026, 0, 10, 6, 55, 46)
const message = [
  'An account failed to log on.',
  ...['', 'Subject:', '\tAccount Name:\t\t-', ''],
  ...['Account For Which Logon Failed:', '\tAccount Name:\t\tdana', ''],
  ...['Network Information:', '\tWorkstation Name:\tKALI', '\tSource Network Address:\t203.0.113.45'],
].join('\r\n')

describe('a Windows event from an export', () => {
  it.each([
    [
      'ConvertTo-Json',
      { Id: 4625, ProviderName: 'a', Level: 0, Keywords: '-9218868437227405312', TimeCreated: `/Date(${time})/` },
    ],
    [
      'a newer ConvertTo-Json',
      {
        Id: 4625,
        LevelDisplayName: 'Information',
        KeywordsDisplayNames: ['Audit Failure'],
        TimeCreated: { value: `/Date(${time})/`, DateTime: 'x' },
      },
    ],
    [
      'the Event Viewer',
      { EventID: '4625', ProviderName: 'a', Keywords: 'Audit Failure', TimeCreated: '2026-01-10T06:55:46Z' },
    ],
    [
      'the Event Viewer in German',
      { EventID: '4625', ProviderName: 'a', Keywords: 'Überwachung gescheitert', TimeCreated: '2026-01-10T06:55:46Z' },
    ],
  ])('is read like one of an agent: %s', (_name, object) => {
    const { time: read, fields } = parse({ ...object, Message: message })
    expect(read).toBe(time)
    expect(String(fields['event.code'])).toBe('4625')
    expect(fields).toMatchObject({ 'event.outcome': 'failure', 'user.name': 'dana', 'source.ip': '203.0.113.45' })
    expect(fields['log.level']).not.toBe('emerg')
    // The workstation is the attacker's.
    expect(fields['host.name']).toBeUndefined()
  })

  it('leaves other objects with an id alone', () => {
    const { fields } = parse({ Id: 7, Message: 'paid', TimeCreated: '2026-01-10T06:55:46Z' })
    expect(fields['event.code']).toBeUndefined()
  })
})
