import { describe, expect, it } from 'vitest'
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

it('reads passwords that a controller accepted and refused as those of one service, and only refused ones as logins', () => {
  const read = (record: object) => {
    const { fields } = parseRecord({ text: JSON.stringify(record), source: 's', receivedAt: Date.UTC(2026, 11, 14) })
    return [fields['service.name'], fields['event.outcome'], fields['event.category']]
  }
  const about = { ServiceName: 'krbtgt/EXAMPLE', PreAuthType: '2' }
  expect(read({ ...ticket('kim', 4771), ...about, Status: '0x18' })).toEqual(['krbtgt', 'failure', 'authentication'])
  expect(read({ ...ticket('kim', 4768), ...about, Status: '0x6' })).toEqual(['krbtgt', 'failure', 'authentication'])
  expect(read({ ...ticket('kim', 4768), ServiceName: 'krbtgt' })).toEqual(['krbtgt', 'success', undefined])
  expect(read({ ...ticket('kim', 4776), Workstation: 'PC-7' })).toEqual(['svc-sql', 'success', undefined])
})

describe('an event of a controller that an agent sends as a text', () => {
  const checked = (code: string) =>
    `The computer attempted to validate the credentials for an account.\r\n\r\nAuthentication Package:\tMICROSOFT_AUTHENTICATION_PACKAGE_V1_0\r\nLogon Account:\tkim\r\nSource Workstation:\tPC-9\r\nError Code:\t${code}`
  const asked = (code: string) =>
    `A Kerberos authentication ticket (TGT) was requested.\r\n\r\nAccount Information:\r\n\tAccount Name:\t\tkim\r\n\tSupplied Realm Name:\tACME\r\n\r\nService Information:\r\n\tService Name:\t\tkrbtgt\r\n\r\nNetwork Information:\r\n\tClient Address:\t\t::ffff:10.0.0.9\r\n\r\nAdditional Information:\r\n\tResult Code:\t\t${code}\r\n\tPre-Authentication Type:\t2`
  const refused =
    'Kerberos pre-authentication failed.\r\n\r\nAccount Information:\r\n\tSecurity ID:\t\tS-1-5-21-1\r\n\tAccount Name:\t\tkim\r\n\r\nService Information:\r\n\tService Name:\t\tkrbtgt/ACME\r\n\r\nNetwork Information:\r\n\tClient Address:\t\t::ffff:10.0.0.9\r\n\r\nAdditional Information:\r\n\tFailure Code:\t\t0x18'
  const failed =
    'An account failed to log on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-5-18\r\n\tAccount Name:\t\tWEB-1$\r\n\r\nAccount For Which Logon Failed:\r\n\tSecurity ID:\t\tS-1-0-0\r\n\tAccount Name:\t\tkim\r\n\r\nNetwork Information:\r\n\tSource Network Address:\t10.0.0.9'
  const blanks = (text: string) => text.replaceAll(/[\r\n\t]/g, ' ')

  const agents: Readonly<Record<string, (id: number, text: string) => string>> = {
    NXLog: (id, text) =>
      JSON.stringify({
        EventTime: '2026-11-21 03:12:41',
        Hostname: 'dc-1',
        Channel: 'Security',
        EventID: id,
        Message: text,
      }),
    PowerShell: (id, text) =>
      JSON.stringify({
        TimeCreated: '2026-11-21T03:12:41Z',
        LogName: 'Security',
        Id: id,
        ProviderName: 'Microsoft-Windows-Security-Auditing',
        Message: text,
      }),
    Snare: (id, text) =>
      `Nov 21 03:12:41 dc-1 MSWinEventLog\t1\tSecurity\t12\tSat Nov 21 03:12:41 2026\t${id}\tMicrosoft-Windows-Security-Auditing\tN/A\tN/A\tSuccess Audit\tdc-1\tCredential Validation\t\t${blanks(text)}\t45`,
    syslog: (_id, text) => `Nov 21 03:12:41 dc-1 Microsoft-Windows-Security-Auditing[540]: ${blanks(text)}`,
    'syslog with a structured header': (id, text) =>
      `<132>1 2026-11-21T03:12:41Z dc-1 Microsoft-Windows-Security-Auditing 540 - [NXLOG@14506 EventID="${id}"] ${text}`,
    'Eventlog to syslog': (id, text) =>
      `<132>Nov 21 03:12:41 dc-1 Security-Auditing: ${id}: AUDIT_SUCCESS ${text.replaceAll(/\s+/g, ' ')}`,
    EventReporter: (id, text) =>
      `Nov 21 03:12:41 dc-1 EvntSLog: [AUF] Sat Nov 21 03:12:41 2026: DC-1/Security (${id}) - "${text.replaceAll(/\s+/g, ' ')} "`,
  }
  const read = (agent: string, id: number, text: string) => {
    const record = { text: agents[agent]?.(id, text) ?? '', source: 's', receivedAt: Date.UTC(2026, 11, 14) }
    const { fields } = parseRecord(record)
    const client = fields['source.ip'] ?? fields['source.domain']
    return [fields['user.name'], client, fields['event.outcome'], fields['event.category']]
  }

  it.each(Object.keys(agents))('names the user, the client and the outcome: %s', (agent) => {
    expect(read(agent, 4776, checked('0x0'))).toEqual(['kim', 'PC-9', 'success', undefined])
    expect(read(agent, 4776, checked('0xC000006A'))).toEqual(['kim', 'PC-9', 'failure', 'authentication'])
    expect(read(agent, 4768, asked('0x0'))).toEqual(['kim', '10.0.0.9', 'success', undefined])
    expect(read(agent, 4768, asked('0x12'))).toEqual(['kim', '10.0.0.9', 'failure', 'authentication'])
  })

  it('names the user and the client of other refused passwords and logins in a line of syslog', () => {
    expect(read('syslog', 4771, refused)).toEqual(['kim', '10.0.0.9', 'failure', 'authentication'])
    expect(read('syslog', 4625, failed)).toEqual(['kim', '10.0.0.9', 'failure', 'authentication'])
  })

  it('names no user where a line of syslog has none', () => {
    expect(read('Eventlog to syslog', 4768, asked('0x6').replace('kim', ''))[0]).toBeUndefined()
  })
})
