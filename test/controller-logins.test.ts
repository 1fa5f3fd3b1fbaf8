import { expect, it } from 'vitest'
import { createAnalysis } from '../src/app/analysis.ts'
import { loadConfig } from '../src/config.ts'
import { noRules } from '../src/pipeline/detect/sigma/rule-book.ts'

// One password for many users, tried at a domain controller: it refuses 20 with Kerberos or NTLM, and accepts the last one. The shippers of
// its Security log name the fields in their own way.

const log = { debug() {}, info() {}, warn() {}, error() {} }
const { config } = loadConfig({ flags: {}, env: {}, cwd: import.meta.dirname })
const start = Date.UTC(2026, 10, 21, 3, 12)

interface Check {
  readonly time: string
  readonly id: number
  readonly data: Readonly<Record<string, string>>
}

const protocols: Readonly<Record<string, (user: string, isAccepted: boolean) => Omit<Check, 'time'>>> = {
  Kerberos: (user, isAccepted) => ({
    id: isAccepted ? 4768 : 4771,
    data: {
      ...{ TargetUserName: user, ServiceName: isAccepted ? 'krbtgt' : 'krbtgt/EXAMPLE', PreAuthType: '2' },
      ...{ Status: isAccepted ? '0x0' : '0x18', IpAddress: '::ffff:10.20.0.66', IpPort: '50123' },
    },
  }),
  NTLM: (user, isAccepted) => ({
    id: 4776,
    data: {
      ...{ PackageName: 'MICROSOFT_AUTHENTICATION_PACKAGE_V1_0', TargetUserName: user, Workstation: 'PC-66' },
      Status: isAccepted ? '0x0' : '0xc000006a',
    },
  }),
}

const shippers: Readonly<Record<string, (check: Check) => string>> = {
  NXLog: ({ time, id, data }) =>
    JSON.stringify({ EventTime: time, Hostname: 'dc-1.example.com', Channel: 'Security', EventID: id, ...data }),
  Winlogbeat: ({ time, id, data }) =>
    JSON.stringify({
      '@timestamp': time,
      event: {
        ...{ code: String(id), outcome: /^0x0+$/.test(data.Status ?? '') ? 'success' : 'failure' },
        ...{ action: id === 4776 ? 'credential-validated' : 'kerberos-authentication', kind: 'event' },
      },
      winlog: { channel: 'Security', event_id: String(id), computer_name: 'dc-1.example.com', event_data: data },
    }),
  'the export of Windows in XML': ({ time, id, data }) =>
    `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>${id}</EventID><TimeCreated SystemTime="${time}"/><Channel>Security</Channel><Computer>dc-1.example.com</Computer></System><EventData>${Object.entries(
      data,
    )
      .map(([name, value]) => `<Data Name="${name}">${value}</Data>`)
      .join('')}</EventData></Event>`,
}

const breakIns = async (protocol: string, shipper: string, isLastAccepted: boolean): Promise<readonly string[]> => {
  const records = Array.from({ length: 21 }, (_, i) => {
    const receivedAt = start + i * 2000
    const check = protocols[protocol]?.(`user-${i}`, isLastAccepted && i === 20)
    const text = check && shippers[shipper]?.({ time: new Date(receivedAt).toISOString(), ...check })
    return { text: text ?? '', source: 'dc-1', receivedAt }
  })
  async function* read() {
    yield records
  }
  const { detections } = await createAnalysis({ config, rules: noRules, log })(read())
  return detections.filter(({ detector }) => detector === 'sequence').map(({ title }) => title)
}

const all = Object.keys(protocols).flatMap((protocol) =>
  Object.keys(shippers).map((shipper) => [protocol, shipper] as const),
)

it.each(all)('shows which password of many a controller accepted with %s, by %s', async (protocol, shipper) => {
  const client = protocol === 'NTLM' ? 'PC-66' : '10.20.0.66'
  const found = await breakIns(protocol, shipper, true)
  expect(found).toContain(`user-20 logged in from ${client} after 20 failed logins`)
  expect(await breakIns(protocol, shipper, false)).toEqual([`21 failed logins as 21 users from ${client}`])
})
