import { createTemplate } from '../../declared/template.ts'

const from = '%{observer.ingress.interface.name}:%{source.ip}/%{source.port}'
const to = '%{observer.egress.interface.name}:%{destination.ip}/%{destination.port}'

/** Cisco writes the end that opened a connection first if it is inbound, and last if it is outbound. */
const built = (transport: string): readonly string[] => [
  `Built inbound ${transport} connection %{cisco.connection_id} for ${from} (%{-})%{-} to ${to} (`,
  `Built inbound ${transport} connection %{cisco.connection_id} for ${from} to ${to}`,
  `Built outbound ${transport} connection %{cisco.connection_id} for ${to} (%{-})%{-} to ${from} (`,
  `Built outbound ${transport} connection %{cisco.connection_id} for ${to} to ${from}`,
]
const teardown = (transport: string): readonly string[] => [
  `Teardown ${transport} connection %{cisco.connection_id} for ${from} to ${to} duration %{cisco.duration} bytes %{network.bytes} %{event.reason}`,
  `Teardown ${transport} connection %{cisco.connection_id} for ${from} to ${to} duration %{cisco.duration} bytes %{network.bytes}`,
]
const group = 'Group = %{user.group.name}, Username = %{user.name}, IP = %{source.ip}, '
const session = 'Group <%{user.group.name}> User <%{user.name}> IP <%{source.ip}> '

/**
 * The texts of messages by their code, from Cisco's guides to the messages of ASA and IOS. An `(idfw user)` after an address is skipped where
 * it is optional. Other messages are read by their words.
 */
const texts: Readonly<Record<string, readonly string[]>> = {
  // ASA, FTD and PIX: connections
  '302013': built('TCP'),
  '302014': teardown('TCP'),
  '302015': built('UDP'),
  '302016': teardown('UDP'),
  '302020': [
    'Built inbound ICMP connection for faddr %{source.ip}/%{-} gaddr %{-} laddr %{destination.ip}/',
    'Built outbound ICMP connection for faddr %{destination.ip}/%{-} gaddr %{-} laddr %{source.ip}/',
  ],
  '305011': [
    'Built %{-} translation from %{observer.ingress.interface.name}:%{source.ip}/%{source.port} to %{-}:%{source.nat.ip}/%{source.nat.port}',
  ],
  '305012': [
    'Teardown %{-} translation from %{observer.ingress.interface.name}:%{source.ip}/%{source.port} to %{-}:%{source.nat.ip}/%{source.nat.port} duration %{cisco.duration}',
  ],
  '710003': [
    `%{network.transport} access %{event.outcome} by ACL from %{source.ip}/%{source.port} to %{observer.ingress.interface.name}:%{destination.ip}/%{network.service}`,
  ],
  '710005': [
    `%{network.transport} request discarded from %{source.ip}/%{source.port} to %{observer.ingress.interface.name}:%{destination.ip}/%{network.service}`,
  ],
  // Denied packets
  '106001': [
    'Inbound %{network.transport} connection %{event.outcome} from %{source.ip}/%{source.port} to %{destination.ip}/%{destination.port} flags %{-} on interface %{observer.ingress.interface.name}',
  ],
  '106006': [
    'Deny inbound %{network.transport} from %{source.ip}/%{source.port} to %{destination.ip}/%{destination.port} on interface %{observer.ingress.interface.name}',
  ],
  '106015': [
    'Deny %{network.transport} (no connection) from %{source.ip}/%{source.port} to %{destination.ip}/%{destination.port} flags %{-} on interface %{observer.ingress.interface.name}',
  ],
  '106016': ['Deny IP spoof from (%{source.ip}) to %{destination.ip} on interface %{observer.ingress.interface.name}'],
  '106021': [
    'Deny %{network.transport} reverse path check from %{source.ip} to %{destination.ip} on interface %{observer.ingress.interface.name}',
  ],
  '106023': [
    `Deny icmp src %{observer.ingress.interface.name}:%{source.ip} dst %{observer.egress.interface.name}:%{destination.ip} (type %{-}) by access-group "%{rule.name}"`,
    `Deny %{network.transport} src ${from} dst ${to} by access-group "%{rule.name}"`,
    `Deny %{network.transport} src ${from} dst ${to} by access-group %{rule.name} [`,
  ],
  '106100': [
    'access-list %{rule.name} %{event.outcome} %{network.transport} %{observer.ingress.interface.name}/%{source.ip}(%{source.port})%{-} -> %{observer.egress.interface.name}/%{destination.ip}(%{destination.port}) ',
    'access-list %{rule.name} %{event.outcome} %{network.transport} %{observer.ingress.interface.name}/%{source.ip}(%{source.port})%{-} -> %{observer.egress.interface.name}/%{destination.ip}(%{destination.port})(',
  ],
  '313001': ['Denied ICMP type=%{-}, code=%{-} from %{source.ip} on interface %{observer.ingress.interface.name}'],
  // Logins and remote access
  '113019': [
    `${group}Session disconnected. Session Type: %{-}, Duration: %{cisco.duration}, Bytes xmt: %{-}, Bytes rcv: %{-}, Reason: %{event.reason}`,
  ],
  '113039': [`${session}AnyConnect parent session started.`],
  '605004': [
    'Login %{event.outcome} from %{source.ip}/%{source.port} to %{observer.ingress.interface.name}:%{destination.ip}/%{network.service} for user "%{user.name}"',
  ],
  '605005': [
    'Login %{event.outcome} from %{source.ip}/%{source.port} to %{observer.ingress.interface.name}:%{destination.ip}/%{network.service} for user "%{user.name}"',
  ],
  '716001': [`${session}WebVPN session started.`],
  '716002': [`${session}WebVPN session terminated: %{event.reason}`],
  '722051': [`${session}IPv4 Address <%{client.nat.ip}>`],
  '111008': ["User '%{user.name}' executed the '%{process.command_line}' command."],
  '111010': ["User '%{user.name}', running '%{process.name}' from IP %{source.ip}, executed '%{process.command_line}'"],
  '304001': [
    '%{user.name}@%{source.ip} Accessed URL %{destination.ip}:%{url.original}',
    '%{source.ip} Accessed URL %{destination.ip}:%{url.original}',
  ],
  // IOS
  CONFIG_I: [
    'Configured from %{-} by %{user.name} on %{-} (%{source.ip})',
    'Configured from %{-} by %{user.name} on %{-}',
    'Configured from %{-} by %{user.name}',
  ],
  IPACCESSLOGDP: ['list %{rule.name} %{event.outcome} %{network.transport} %{source.ip} -> %{destination.ip} ('],
  IPACCESSLOGP: [
    'list %{rule.name} %{event.outcome} %{network.transport} %{source.ip}(%{source.port}) -> %{destination.ip}(%{destination.port}),',
  ],
  IPACCESSLOGS: ['list %{rule.name} %{event.outcome} %{source.ip} '],
  LOGIN_FAILED: [
    'Login failed [user: %{user.name}] [Source: %{source.ip}] [localport: %{destination.port}] [Reason: %{event.reason}]',
  ],
  LOGIN_SUCCESS: ['Login Success [user: %{user.name}] [Source: %{source.ip}] [localport: %{destination.port}]'],
  SSH2_USERAUTH: [
    "User '%{user.name}' authentication for SSH2 Session from %{source.ip} (tty = %{-}) using crypto cipher '%{-}', hmac '%{-}' %{event.outcome}",
  ],
}

const compiled: ReadonlyMap<string, readonly ReturnType<typeof createTemplate>[]> = new Map(
  Object.entries(texts).map(([code, list]) => [code, list.map(createTemplate)]),
)

/** Divides the text of a Cisco message with a known code; undefined for others, and for a text of another release. Linear. */
export const readCiscoMessage = (code: string, text: string): ReturnType<ReturnType<typeof createTemplate>> => {
  for (const template of compiled.get(code) ?? []) {
    const values = template(text)
    if (values) return values
  }
  return undefined
}
