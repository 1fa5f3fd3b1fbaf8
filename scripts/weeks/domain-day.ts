import { createRandom, type Random } from '../../src/lib/random/random.ts'
import { pickOne } from './pick-one.ts'
import type { GeneratedWeek } from './weeks.ts'

const minute = 60_000
const hour = 60 * minute
/** A Wednesday. */
const midnight = Date.UTC(2026, 8, 9)

type Fields = Readonly<Record<string, string | number>>
type Write = (time: number, host: string, channel: string, id: number, fields: Fields) => void

const security = 'Security'
const sysmon = 'Microsoft-Windows-Sysmon/Operational'
const aes = '0x12'
const rc4 = '0x17'
const system = 'C:\\Windows\\System32\\'
const people = ['kim', 'ana', 'bob', 'chris', 'dana', 'emil', 'fay', 'gus', 'hal', 'ida', 'joe', 'lea', 'max', 'noa']
const servers = ['dc-1', 'dc-2', 'file-1', 'sql-1', 'web-1', 'print-1']

/**
 * Generates an ordinary working day of a Windows domain: tickets and logins of machines, services and people, shares, updates, backups,
 * administrators at work, a new colleague, mistyped passwords.
 */
export const generateDomainDays = (seed: number): GeneratedWeek[] => {
  const random = createRandom(seed * 1000 + 500)
  const events: { readonly time: number; readonly text: string }[] = []
  const write: Write = (time, host, channel, id, fields) => {
    const head = { Channel: channel, EventID: id, Computer: `${host}.example.com` }
    events.push({ time, text: JSON.stringify({ ...head, TimeCreated: new Date(time).toISOString(), ...fields }) })
  }
  for (const [i, person] of people.entries()) writePerson(random, write, person, i)
  for (const host of [...servers, ...people.map((_, i) => `pc-${i + 1}`)]) writeMachine(random, write, host)
  writeServices(random, write)
  writeAdministrators(random, write)
  const lines = events.toSorted((a, b) => a.time - b.time).map(({ text }) => text)
  return [{ name: 'a day of a Windows domain', sources: new Map([['windows.json', lines]]), judgedFrom: midnight }]
}

const addressOf = (i: number): string => `10.20.0.${20 + i}`
const controllerOf = (random: Random): string => `dc-${1 + random.below(2)}`

/** Writes what a controller and a server log about one login over the network. */
const writeNetworkLogin = (
  random: Random,
  write: Write,
  time: number,
  account: string,
  address: string,
  to: string,
) => {
  const controller = controllerOf(random)
  const ticket = { TargetUserName: `${account}@EXAMPLE.COM`, Status: '0x0', IpAddress: `::ffff:${address}` }
  write(time, controller, security, 4769, { ...ticket, ServiceName: `${to}$`, TicketEncryptionType: aes })
  const login = { TargetUserName: account, IpAddress: address, AuthenticationPackageName: 'Kerberos' }
  write(time + 20, to, security, 4624, { ...login, LogonType: 3, LogonProcessName: 'Kerberos' })
  write(time + 4000, to, security, 4634, { TargetUserName: account, LogonType: 3 })
}

const openShare = (write: Write, time: number, account: string, address: string, to: string, share: string) =>
  write(time, to, security, 5140, { SubjectUserName: account, ShareName: `\\\\*\\${share}`, IpAddress: address })
const openPipe = (write: Write, time: number, account: string, address: string, to: string, pipe: string) =>
  write(time, to, security, 5145, {
    SubjectUserName: account,
    ShareName: '\\\\*\\IPC$',
    RelativeTargetName: pipe,
    IpAddress: address,
  })
const startProcess = (write: Write, time: number, host: string, user: string, image: string, parent: string) =>
  write(time, host, sysmon, 1, {
    Image: image,
    CommandLine: `"${image}"`,
    ParentImage: parent,
    User: user,
    IntegrityLevel: user.startsWith('NT ') ? 'System' : 'Medium',
  })

/** Writes the day of a person: login, files, mail, old and new services, a browser, and the screen saver. */
const writePerson = (random: Random, write: Write, person: string, i: number): void => {
  const [host, address] = [`pc-${i + 1}`, addressOf(i)]
  const start = midnight + 7 * hour + random.below(150) * minute
  const request = { TargetUserName: person, ServiceName: 'krbtgt', PreAuthType: '2', TicketEncryptionType: aes }
  if (random.below(5) === 0) {
    const failed = { TargetUserName: person, LogonType: 2, IpAddress: '127.0.0.1', Status: '0xc000006d' }
    write(start - 9000, host, security, 4625, failed)
  }
  write(start, controllerOf(random), security, 4768, { ...request, Status: '0x0', IpAddress: `::ffff:${address}` })
  write(start + 30, host, security, 4648, {
    SubjectUserName: `${host.toUpperCase()}$`,
    TargetUserName: person,
    TargetServerName: 'localhost',
    ProcessName: `${system}svchost.exe`,
  })
  write(start + 40, host, security, 4624, { TargetUserName: person, LogonType: 2, LogonProcessName: 'User32 ' })
  for (let at = start + minute; at < start + 9 * hour; at += (5 + random.below(30)) * minute) {
    const server = pickOne(random, ['file-1', 'web-1', 'print-1', 'dc-1'])
    writeNetworkLogin(random, write, at, person, address, server)
    openShare(write, at + 50, person, address, server, pickOne(random, ['Public', 'Projects', 'SYSVOL', 'IPC$']))
    if (random.below(4) === 0) openPipe(write, at + 60, person, address, server, pickOne(random, ['srvsvc', 'spoolss']))
    const program = pickOne(random, [
      'Office\\outlook.exe',
      'Office\\excel.exe',
      'Browser\\browser.exe',
      'Chat\\chat.exe',
    ])
    const image = `C:\\Program Files\\${program}`
    startProcess(write, at + 3000, host, `EXAMPLE\\${person}`, image, 'C:\\Windows\\explorer.exe')
    write(at + 5000, host, sysmon, 3, {
      Image: image,
      DestinationPort: 443,
      DestinationIp: '203.0.113.7',
      Initiated: 'true',
    })
  }
  // Two old services still use RC4, as in many domains.
  for (const service of ['svc-sql', 'svc-erp'].slice(0, random.below(3)))
    write(start + hour + random.below(300) * minute, 'dc-1', security, 4769, {
      TargetUserName: `${person}@EXAMPLE.COM`,
      ServiceName: service,
      TicketEncryptionType: rc4,
      Status: '0x0',
      IpAddress: `::ffff:${address}`,
    })
}

/** Writes what a machine does by itself: policies, names, passwords, updates, and the agents of its management. */
const writeMachine = (random: Random, write: Write, host: string): void => {
  const account = `${host.toUpperCase()}$`
  const address = addressOf(100 + random.below(100))
  const local = 'NT AUTHORITY\\SYSTEM'
  for (
    let at = midnight + random.below(90) * minute;
    at < midnight + 24 * hour;
    at += (80 + random.below(30)) * minute
  ) {
    const controller = controllerOf(random)
    writeNetworkLogin(random, write, at, account, address, controller)
    openShare(write, at + 40, account, address, controller, 'SYSVOL')
    for (const pipe of ['lsarpc', 'samr', 'netlogon']) openPipe(write, at + 50, account, address, controller, pipe)
    write(at + 60, host, security, 4624, { TargetUserName: 'SYSTEM', LogonType: 5, LogonProcessName: 'Advapi  ' })
    write(at + 61, host, security, 4672, { SubjectUserName: 'SYSTEM', PrivilegeList: 'SeDebugPrivilege' })
    startProcess(write, at + 70, host, local, `${system}svchost.exe`, `${system}services.exe`)
    startProcess(write, at + 80, host, local, `${system}wbem\\WmiPrvSE.exe`, `${system}svchost.exe`)
    startProcess(write, at + 90, host, local, 'C:\\Program Files\\Agent\\inventory.exe', `${system}wbem\\WmiPrvSE.exe`)
    write(at + 100, host, security, 4799, {
      SubjectUserName: account,
      TargetUserName: 'Administrators',
      TargetSid: 'S-1-5-32-544',
    })
    const scan = { SourceImage: 'C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18\\MsMpEng.exe' }
    write(at + 110, host, sysmon, 10, { ...scan, TargetImage: `${system}lsass.exe`, GrantedAccess: '0x1000' })
    write(at + 120, host, 'Microsoft-Windows-Windows Defender/Operational', 5007, {
      'New Value': 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Signature Updates\\SignatureVersion = 1.419',
    })
  }
  if (random.below(6) === 0)
    write(midnight + random.below(1400) * minute, 'dc-1', security, 4742, {
      SubjectUserName: account,
      SubjectUserSid: 'S-1-5-18',
      TargetUserName: account,
      PasswordLastSet: '9/9/2026 3:12:41 AM',
    })
  const update = midnight + 3 * hour + random.below(60) * minute
  write(update, host, security, 4702, {
    SubjectUserName: account,
    TaskName: '\\Microsoft\\Windows\\UpdateOrchestrator\\Scan',
  })
  write(update + minute, host, 'System', 7045, {
    ServiceName: 'Printer driver',
    ImagePath: `${system}drivers\\prn.sys`,
  })
  write(update + minute, host, security, 4697, {
    SubjectUserName: account,
    ServiceName: 'Printer driver',
    ServiceFileName: `${system}drivers\\prn.sys`,
  })
}

/** Writes replication between the controllers, the nightly backup and the monitor. */
const writeServices = (random: Random, write: Write): void => {
  for (let at = midnight; at < midnight + 24 * hour; at += (10 + random.below(10)) * minute) {
    write(at, 'dc-1', security, 4662, {
      SubjectUserName: 'DC-2$',
      Properties: '{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}',
      AccessMask: '0x100',
    })
    writeNetworkLogin(random, write, at + minute, 'svc-monitor', addressOf(5), pickOne(random, ['web-1', 'sql-1']))
  }
  const backup = midnight + 2 * hour
  for (const [i, server] of servers.entries()) {
    const at = backup + i * 15 * minute
    writeNetworkLogin(random, write, at, 'svc-backup', addressOf(6), server)
    openShare(write, at + 100, 'svc-backup', addressOf(6), server, 'C$')
  }
}

/** Writes the work of two administrators: a new colleague, a server looked after, a service restarted. */
const writeAdministrators = (random: Random, write: Write): void => {
  const admin = pickOne(random, ['adm-lee', 'adm-mia'])
  const at = midnight + 9 * hour + random.below(200) * minute
  const made = { SubjectUserName: admin, TargetUserName: 'zoe', TargetSid: 'S-1-5-21-1-2-3-1300' }
  write(at, 'dc-1', security, 4720, made)
  write(at + 1000, 'dc-1', security, 4722, made)
  write(at + 2000, 'dc-1', security, 4738, { ...made, UserAccountControl: '%%2080 %%2082', AllowedToDelegateTo: '-' })
  write(at + 9000, 'dc-1', security, 4728, {
    SubjectUserName: admin,
    TargetUserName: 'Sales',
    TargetSid: 'S-1-5-21-1-2-3-1201',
    MemberSid: 'S-1-5-21-1-2-3-1300',
  })
  write(at + 20_000, 'dc-1', security, 5136, {
    SubjectUserName: admin,
    ObjectDN: 'CN=zoe,OU=Sales,DC=example,DC=com',
    AttributeLDAPDisplayName: 'description',
    OperationType: '%%14674',
  })
  const server = pickOne(random, ['file-1', 'sql-1', 'web-1'])
  const later = at + hour
  const session = { TargetUserName: admin, IpAddress: addressOf(3), LogonProcessName: 'User32 ' }
  write(later, server, security, 4624, { ...session, LogonType: 10 })
  for (const tool of ['ipconfig', 'hostname', 'netstat'])
    startProcess(
      write,
      later + random.below(9) * minute,
      server,
      `EXAMPLE\\${admin}`,
      `${system}${tool}.exe`,
      `${system}cmd.exe`,
    )
  for (const [i, other] of [server, 'print-1'].entries()) {
    openShare(write, later + i * minute, admin, addressOf(3), other, 'C$')
    openPipe(write, later + i * minute + 500, admin, addressOf(3), other, 'svcctl')
  }
  write(later + 3000, 'print-1', 'System', 7036, { param1: 'Print Spooler', param2: 'stopped' })
  write(later + 9000, 'print-1', 'System', 7036, { param1: 'Print Spooler', param2: 'running' })
  write(later + hour, 'ca-1', security, 4887, {
    Requester: 'EXAMPLE\\WEB-1$',
    Attributes: 'CertificateTemplate:WebServer SAN:dns=web-1.example.com',
  })
}
