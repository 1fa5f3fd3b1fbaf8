import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../parse-record.ts'

const read = (object: unknown) =>
  parseRecord({ text: JSON.stringify(object), source: 's', receivedAt: Date.parse('2026-11-22T00:00:00Z') })

describe('a Windows event without its data', () => {
  it('has the values of the text that Sysmon renders', () => {
    const { time, fields } = read({
      EventTime: '2026-11-20 10:00:00',
      Hostname: 'pc-7',
      EventID: 1,
      ProcessID: 2204,
      Message:
        'Process Create:\r\nRuleName: -\r\nUtcTime: 2026-11-20 09:00:00.250\r\nProcessId: 7040\r\nImage: C:\\Windows\\System32\\cmd.exe\r\nCommandLine: cmd /c dir\r\nUser: ACME\\kim',
    })
    expect(time).toBe(Date.parse('2026-11-20T09:00:00.250Z'))
    expect(fields).toMatchObject({
      'process.pid': 7040,
      'process.executable': 'C:\\Windows\\System32\\cmd.exe',
      'process.command_line': 'cmd /c dir',
      'user.name': 'kim',
      'user.domain': 'ACME',
    })
    expect(fields['rule.name']).toBeUndefined()
  })

  it('has the accounts and the address of the Security log, by their headings', () => {
    const { fields } = read({
      EventID: 4625,
      Channel: 'Security',
      EventType: 'AUDIT_FAILURE',
      Message:
        'An account failed to log on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-0-0\r\n\tAccount Name:\t\t-\r\n\r\nAccount For Which Logon Failed:\r\n\tAccount Name:\t\tkim\r\n\tAccount Domain:\t\tACME\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\tPC-9\r\n\tSource Network Address:\t203.0.113.9\r\n\tSource Port:\t\t50211\r\n\r\nThis event is generated when a logon fails.',
    })
    expect(fields).toMatchObject({
      'user.name': 'kim',
      'user.domain': 'ACME',
      'source.ip': '203.0.113.9',
      'source.port': 50_211,
      'event.outcome': 'failure',
      'event.category': 'authentication',
    })
    expect(fields['event.action']).toBeUndefined()
  })
})

describe('the user of a Windows event', () => {
  const data = { SubjectUserName: 'admin', SubjectDomainName: 'ACME', TargetUserName: 'kim', TargetDomainName: 'PC-9' }

  it('is who changes an account', () => {
    const { fields } = read({ winlog: { event_id: '4726', event_data: data } })
    expect(fields).toMatchObject({ 'user.name': 'admin', 'user.domain': 'ACME' })
  })

  it.each([
    ['who logs on', { EventID: 4624, ...data }],
    ['the account, if the computer acts', { EventID: 4726, ...data, SubjectUserName: 'PC-9$' }],
  ])('is %s', (_, event) => {
    expect(read(event).fields).toMatchObject({ 'user.name': 'kim', 'user.domain': 'PC-9' })
  })
})

describe('names that differ between senders', () => {
  it.each([
    ['a number of Windows as the level', { Level: 4, operationName: 'Update user' }, { 'log.level': 'info' }],
    ['a number of syslog as the level', { level: 4, msg: 'full' }, { 'log.level': 'warning' }],
    [
      'the user below the initiator before a display name',
      { identity: 'Some Portal', properties: { initiatedBy: { user: { userPrincipalName: 'kim@example.com' } } } },
      { 'user.name': 'kim@example.com' },
    ],
    ['a named address before a bare one', { ip: '10.0.0.9', src_ip: '203.0.113.9' }, { 'source.ip': '203.0.113.9' }],
  ])('read %s', (_, object, fields) => {
    expect(read(object).fields).toMatchObject(fields)
  })

  it('ignore placeholders', () => {
    const { fields } = read({ action: '-', user: 'N/A', host: 'null', msg: 'flow' })
    for (const name of ['event.action', 'user.name', 'host.name']) expect(fields[name]).toBeUndefined()
  })

  it('truncate the fraction of an epoch as that of a date', () => {
    expect(read({ ts: 1795773491.921726, msg: 'x' }).time).toBe(1795773491921)
    expect(read({ ts: 1795773491.569, msg: 'x' }).time).toBe(1795773491569)
  })
})

describe('CEF', () => {
  const readLine = (text: string) => parseRecord({ text, source: 's', receivedAt: Date.parse('2026-11-22T00:00:00Z') })

  it('may follow the name of a product, with a user below a directory', () => {
    const line =
      'WAF:CEF:0|Acme|Gate|1.0|77|Blocked upload|5|rt=Nov 20 2026 09:00:00 suser=LDAP://acme OU\\=Staff,DC\\=acme/kim src=10.0.0.7'
    const { format, time, fields } = readLine(line)
    expect([format, time]).toEqual(['cef', Date.parse('2026-11-20T09:00:00Z')])
    expect(fields).toMatchObject({ 'user.name': 'kim', 'source.ip': '10.0.0.7', 'event.code': '77' })
  })

  it('has its signature as the action, if its name is a sentence', () => {
    const { fields } = readLine(
      'CEF:0|Acme|Vault|1.0|Vault.Secret.Read|Secret db-7 was read by kim from here|3|suser=kim',
    )
    expect(fields['event.action']).toBe('Vault.Secret.Read')
  })
})
