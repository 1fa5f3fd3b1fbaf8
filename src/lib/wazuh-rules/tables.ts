import type { Level, Logsource } from '../sigma/document.ts'

/**
 * How Wazuh's names become those of Sigma and of ECS events: the whole of the mapping, as data.
 * docs/wazuh.md shows these tables; a test holds the two together.
 */

/** Where a rule's events come from decides what some of Wazuh's names mean. */
export const families = ['syslog', 'web', 'windows', 'json'] as const
export type Family = (typeof families)[number]

/** Wazuh's level (0–16) → Sigma's. Level 0 never alerts. */
export const levelOf = (level: number): Level => {
  if (level <= 3) return 'informational'
  if (level <= 6) return 'low'
  if (level <= 11) return 'medium'
  return level <= 14 ? 'high' : 'critical'
}

/** Wazuh's field → the event's. */
export const fields: Readonly<Record<string, string>> = {
  action: 'event.action',
  'audit.command': 'process.name',
  'audit.cwd': 'process.working_directory',
  'audit.exe': 'process.executable',
  'audit.pid': 'process.pid',
  'audit.ppid': 'process.parent.pid',
  'audit.type': 'event.action',
  'audit.uid': 'user.id',
  dstip: 'destination.ip',
  dstport: 'destination.port',
  dstuser: 'user.name',
  file: 'file.path',
  hostname: 'host.name',
  id: 'event.code',
  location: 'log.file.path',
  program_name: 'process.name',
  protocol: 'network.transport',
  srcip: 'source.ip',
  srcport: 'source.port',
  srcuser: 'user.name',
  status: 'event.outcome',
  system_name: 'host.name',
  url: 'url.original',
  user: 'user.name',
}

/** Where a family means something else. */
export const familyFields: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  syslog: {},
  web: { id: 'http.response.status_code', protocol: 'http.request.method' },
  windows: { id: 'EventID', hostname: 'Computer', user: 'TargetUserName', system_name: 'Computer' },
  json: {},
}

export const windowsSystem: Readonly<Record<string, string>> = {
  channel: 'Channel',
  computer: 'Computer',
  eventid: 'EventID',
  eventrecordid: 'EventRecordID',
  eventsourcename: 'EventSourceName',
  keywords: 'Keywords',
  level: 'Level',
  message: 'Message',
  opcode: 'Opcode',
  processid: 'ProcessID',
  providerguid: 'Provider_Guid',
  providername: 'Provider_Name',
  systemtime: 'SystemTime',
  task: 'Task',
  threadid: 'ThreadID',
  version: 'Version',
}

/** Names that no field of our events stands for: the rule reads them as they are, and its report says so. */
const strangers: ReadonlySet<string> = new Set(['data', 'extra_data', 'win.system.severityValue'])

/** Finds the event's field for one of Wazuh's; `known` is false where events have none. */
export const fieldOf = (name: string, family: Family): { readonly field: string; readonly known: boolean } => {
  const eventData = /^win\.eventdata\.(.+)$/i.exec(name)?.[1]
  if (eventData !== undefined) return { field: eventData.charAt(0).toUpperCase() + eventData.slice(1), known: true }
  const system = /^win\.system\.(.+)$/i.exec(name)?.[1]
  if (system !== undefined) {
    return {
      known: !strangers.has(name),
      field: windowsSystem[system.toLowerCase()] ?? system.charAt(0).toUpperCase() + system.slice(1),
    }
  }
  const field = own(familyFields[family], name) ?? own(fields, name)
  // A name that all objects inherit would get lost on the way; events are stored under the same other one.
  return { field: field ?? (name === '__proto__' ? '_proto_' : name), known: !strangers.has(name) }
}

/** The field that holds the log without its header. Undefined: the whole record is searched. */
export const logField = (family: Family): string | undefined => (family === 'syslog' ? 'message' : undefined)

/** A field that events of the family always have. */
export const presentField = (family: Family): string =>
  ({ syslog: 'message', web: 'source.ip', windows: 'EventID', json: 'message' })[family]

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

const linux = (service: string): Logsource => ({ product: 'linux', service })

/** Which events a name of Wazuh's stands for. */
interface Source {
  readonly logsource: Logsource
  /** Events of the log source are its only when a program of this name (OSMatch) says them. */
  readonly program?: string
}

const daemon = (program: string): Source => ({ logsource: { product: 'linux' }, program })
const of = (logsource: Logsource): Source => ({ logsource })

/** `<decoded_as>` → log source. Left out: `product` is the decoder's own name. */
export const decoders: Readonly<Record<string, Source>> = {
  'apache-errorlog': of({ product: 'apache', service: 'error' }),
  auditd: of(linux('auditd')),
  'aws-s3': of({ product: 'aws', service: 'cloudtrail' }),
  'cisco-asa': of({ category: 'firewall', product: 'cisco', service: 'asa' }),
  'cisco-ios': of({ product: 'cisco' }),
  clamd: of(linux('clamav')),
  crond: of(linux('cron')),
  dovecot: daemon('^dovecot'),
  groupadd: daemon('^groupadd$'),
  iptables: of({ category: 'firewall' }),
  json: of({}),
  kernel: daemon('^kernel$'),
  named: of({ category: 'dns' }),
  'nginx-errorlog': of({ product: 'nginx', service: 'nginx' }),
  pam: of(linux('auth')),
  pf: of({ category: 'firewall' }),
  postfix: daemon('^postfix'),
  proftpd: daemon('^proftpd'),
  'pure-ftpd': daemon('^pure-ftpd'),
  'squid-accesslog': of({ category: 'proxy' }),
  sshd: of(linux('sshd')),
  su: { logsource: linux('auth'), program: '^su$' },
  sudo: of(linux('sudo')),
  syslog: of({ product: 'linux' }),
  useradd: daemon('^useradd$'),
  vsftpd: of(linux('vsftpd')),
  'web-accesslog': of({ category: 'webserver' }),
  windows: of({ product: 'windows' }),
  windows_eventchannel: of({ product: 'windows' }),
  windows_eventlog: of({ product: 'windows' }),
}

/** `<category>` → log source. */
export const categories: Readonly<Record<string, Logsource>> = {
  firewall: { category: 'firewall' },
  ids: {},
  ossec: {},
  squid: { category: 'proxy' },
  syslog: { product: 'linux' },
  'web-log': { category: 'webserver' },
  windows: { product: 'windows' },
}

/** `<program_name>` (a plain one) → log source. */
export const programs: Readonly<Record<string, Logsource>> = {
  auditd: linux('auditd'),
  clamd: linux('clamav'),
  cron: linux('cron'),
  crond: linux('cron'),
  named: { category: 'dns' },
  postfix: { product: 'linux' },
  sshd: linux('sshd'),
  su: linux('auth'),
  sudo: linux('sudo'),
  vsftpd: linux('vsftpd'),
}

/** `win.system.channel` → service of product windows. */
export const channels: Readonly<Record<string, string>> = {
  application: 'application',
  'directory service': 'ldap',
  'dns server': 'dns-server',
  'microsoft-windows-applocker/exe and dll': 'applocker',
  'microsoft-windows-bits-client/operational': 'bits-client',
  'microsoft-windows-codeintegrity/operational': 'codeintegrity-operational',
  'microsoft-windows-dns-client/operational': 'dns-client',
  'microsoft-windows-ntlm/operational': 'ntlm',
  'microsoft-windows-powershell/operational': 'powershell',
  'microsoft-windows-printservice/admin': 'printservice-admin',
  'microsoft-windows-printservice/operational': 'printservice-operational',
  'microsoft-windows-sysmon/operational': 'sysmon',
  'microsoft-windows-taskscheduler/operational': 'taskscheduler',
  'microsoft-windows-terminalservices-localsessionmanager/operational': 'terminalservices-localsessionmanager',
  'microsoft-windows-windows defender/operational': 'windefend',
  'microsoft-windows-windows firewall with advanced security/firewall': 'firewall-as',
  'microsoft-windows-wmi-activity/operational': 'wmi',
  security: 'security',
  system: 'system',
  'windows powershell': 'powershell-classic',
}

/** The log source of a decoder; `sure` is false when the name is nobody's that Sigma knows. */
export const sourceOfDecoder = (name: string): Source & { readonly sure: boolean } => {
  const source = own(decoders, name)
  return { ...(source ?? of({ product: name })), sure: source !== undefined }
}
export const logsourceOfCategory = (name: string): Logsource | undefined => own(categories, name)
export const logsourceOfProgram = (name: string): Logsource | undefined => own(programs, name.toLowerCase())
export const logsourceOfChannel = (name: string): Logsource | undefined => {
  const service = own(channels, name.toLowerCase())
  return service === undefined ? undefined : { product: 'windows', service }
}

/** Whose names a log source's events use. */
export const familyOf = ({ product, category, service }: Logsource): Family => {
  if (product === 'windows') return 'windows'
  if (category === 'webserver' || category === 'proxy') return 'web'
  return product === 'linux' || category !== undefined || service !== undefined ? 'syslog' : 'json'
}
