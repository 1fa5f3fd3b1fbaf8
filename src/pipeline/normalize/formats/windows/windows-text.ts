import type { FieldValue } from '../../../../schema/event/event.ts'

type Entry = readonly [string, FieldValue]

/** Names of values below a heading of a rendered message, as the event's data has them; below other headings none. */
const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Subject: { 'Account Name': 'SubjectUserName', 'Account Domain': 'SubjectDomainName' },
  'Process Information': {
    'Process ID': 'ProcessId',
    'New Process ID': 'NewProcessId',
    'Process Name': 'ProcessName',
    'New Process Name': 'NewProcessName',
    'Creator Process Name': 'ParentProcessName',
    'Process Command Line': 'CommandLine',
  },
  'Network Information': {
    'Source Network Address': 'IpAddress',
    'Source Address': 'IpAddress',
    'Client Address': 'IpAddress',
    'Network Address': 'IpAddress',
    'Source Port': 'IpPort',
    'Client Port': 'IpPort',
    Port: 'IpPort',
    'Workstation Name': 'WorkstationName',
  },
  'Additional Information': {
    'Result Code': 'Status',
    'Failure Code': 'Status',
    'Pre-Authentication Type': 'PreAuthType',
  },
}
const target = { 'Account Name': 'TargetUserName', 'Account Domain': 'TargetDomainName' }
/** Headings of the account that an event is about. */
const targets =
  /^(?:New Logon|New Account|Target Account|Account (?:For Which Logon Failed|Whose Credentials Were Used|That Was Locked Out|Information)|User)$/

/** The text of a check of credentials with NTLM, which has no headings. */
const check =
  /(?:^|\s)Logon Account:[ \t]*(?<TargetUserName>\S{1,256})?\s+Source Workstation:[ \t]*(?<Workstation>\S{1,256})?\s+Error Code:\s*(?<Status>0x[\da-f]{1,8})/i

const longest = 8192

/**
 * Reads the values in the text that Windows renders for an event, for agents that send it without the event's data: Sysmon's lines
 * `Image: C:\…`, and the English texts of the Security log, whose headings say whose account is meant. Undefined for other texts. Linear.
 */
export const readWindowsText = (message: unknown): readonly Entry[] | undefined => {
  if (typeof message !== 'string' || message.length < 40) return undefined
  const { groups } = check.exec(message.slice(0, 600)) ?? {}
  if (groups) return Object.entries(groups).filter(([, value]) => value !== undefined)
  const sysmon = message.includes('\nUtcTime: ')
  if (!sysmon && !/\n(?:Subject|New Logon|Account Information):\s*\n\s/.test(message.slice(0, 400))) return undefined
  const entries: Entry[] = []
  let names: Readonly<Record<string, string>> = {}
  for (const line of message.slice(0, longest).split('\n', 200)) {
    const text = line.trim()
    const colon = text.indexOf(':')
    if (colon <= 0) continue
    const name = text.slice(0, colon)
    const value = text.slice(colon + 1).trim()
    if (sysmon) {
      if (/^[A-Z]\w+$/.test(name) && value !== '' && value !== '-') entries.push([name, value])
    } else if (value === '') names = targets.test(name) ? target : (sections[name] ?? {})
    else {
      const known = Object.hasOwn(names, name) ? names[name] : undefined
      if (known !== undefined && value !== '-') entries.push([known, value])
    }
  }
  return entries
}
