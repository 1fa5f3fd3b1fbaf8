import { day, minute } from '../../../lib/units/time.ts'
import type { Fields } from '../../../schema/event/event.ts'

/** A kind of line that names the client or the user of a connection, and what a later line about its login shares with it. */
export interface ConnectionLine {
  readonly kind: string
  /** Every line of such a connection, also a later one, has this text at this position. The cheapest test. */
  readonly starts?: { readonly with: string; readonly at: number }
  /** A text of each such line, to pass by the others without an expression. */
  readonly mark: string
  /** Whether several processes of a host write about a connection. */
  readonly acrossProcesses?: true
  /** A field of each such line: most lines of other programs lack it. */
  readonly field?: string
  /** Finds the line. Its group `address` or `user` is what it names. */
  readonly names: RegExp
  /** The connection of a line, if it has one. */
  readonly key: (text: string, fields: Fields) => string | undefined
  /** How long a login may come after the line. */
  readonly within: number
  /** A line that says that a login with the named user succeeded, although no word of it does. */
  readonly accepts?: { readonly mark: string; readonly says: RegExp }
}

/** Matches the text up to the first number of a connection, which the server wrote. A client's words come after it. */
const ldapLine = String.raw`^(?:(?!conn=)[^\n]){0,400}conn=`
const ldapNumbers = new RegExp(String.raw`${ldapLine}(\d{1,20}) (?:fd=|op=(\d{1,10}) )`)

/** The session of a line such as `01490102:5: /Common/vpn:Common:1a2b3c4d: Access policy result: …`. */
export const sessionOfPolicy = (text: string): string | undefined =>
  text.startsWith('0149') ? /^0149\w{4}:\d: \/\S{1,256}:([\da-f]{8}): /.exec(text)?.[1] : undefined

/**
 * The kinds of lines. A new line of a kind and a connection replaces the one before, also if it names nobody, as those of local clients and
 * of anonymous users.
 */
export const connectionLines: readonly ConnectionLine[] = [
  {
    // PostgreSQL with log_connections: a process per client, and no port for local ones. It waits ten minutes for a login at most.
    kind: 'client of a process',
    field: 'process.pid',
    mark: 'ost=',
    names:
      /(?<!\S)(?:connection received|Verbindung empfangen|conexión recibida): host=(?<address>\S{1,255})(?: port=\d{1,5})?$/i,
    key: (_, fields) => textOf(fields['process.pid']),
    within: 10 * minute,
  },
  {
    // OpenLDAP and 389 Directory Server. Clients keep connections open.
    kind: 'client of LDAP',
    mark: 'conn=',
    names: new RegExp(
      String.raw`${ldapLine}\d{1,20} fd=\d{1,10} (?:slot=\d{1,10} )?(?:ACCEPT from (?:IP=)?|(?:SSL )?connection from )(?<address>\S{1,255})`,
    ),
    key: (text, fields) => {
      const conn = text.includes('conn=') ? ldapNumbers.exec(text)?.[1] : undefined
      return conn === undefined ? undefined : `${fields['process.pid']} ${conn}`
    },
    within: day,
  },
  {
    kind: 'user of LDAP',
    mark: 'conn=',
    names: new RegExp(
      String.raw`${ldapLine}\d{1,20} op=\d{1,10} BIND dn="(?:[A-Za-z][\w.-]{0,40}=)?(?:(?<user>(?:[^",\\]|\\.){1,256})|")`,
    ),
    key: (text, fields) => {
      const [, conn, op] = (text.includes('conn=') && ldapNumbers.exec(text)) || []
      return op === undefined ? undefined : `${fields['process.pid']} ${conn} ${op}`
    },
    within: minute,
    accepts: {
      mark: ' RESULT ',
      says: new RegExp(String.raw`${ldapLine}\d{1,20} op=\d{1,10} RESULT (?:tag=97 err=0|err=0 tag=97) `),
    },
  },
  {
    // Rails with the id of the request as a tag. Requests share the process.
    kind: 'client of a request',
    field: 'http.request.id',
    mark: 'Started ',
    names: /^(?:\[[^\]]{1,80}\] ){0,6}Started [A-Z]{3,20} "(?:[^"\\]|\\.){0,8192}" for (?<address>\S{2,64}) at \d{4}-/,
    key: (_, fields) => textOf(fields['http.request.id']),
    within: 10 * minute,
  },
  {
    // The access policies of F5 BIG-IP: a session has a number, and several processes write about it.
    kind: 'client of an access policy',
    acrossProcesses: true,
    starts: { with: '0149', at: 0 },
    mark: ': New session from client IP ',
    names: /: New session from client IP (?<address>\S{2,64}) /,
    key: sessionOfPolicy,
    within: 10 * minute,
  },
  {
    kind: 'user of an access policy',
    acrossProcesses: true,
    starts: { with: '0149', at: 0 },
    mark: ": Username '",
    names: /: Username '(?<user>[^'\n]{1,256})'$/,
    key: sessionOfPolicy,
    within: 10 * minute,
    accepts: { mark: ': Access policy result: ', says: /: Access policy result: (?!Logon_Deny)\w/ },
  },
  {
    // Exchange writes the name that a client sent before the answer to it.
    kind: 'user of SMTP',
    field: 'exchange.session',
    mark: 'User Name: ',
    names: /^User Name: (?:NULL$|(?<user>\S{1,256})$)/,
    key: (_, fields) => textOf(fields['exchange.session']),
    within: 10 * minute,
  },
  {
    // RabbitMQ: an Erlang process per client. The refused login in the same number names the user only.
    kind: 'client of RabbitMQ',
    starts: { with: '<', at: 0 },
    mark: '> (',
    names: /^(?:<[\d.]{3,40}> )?accepting AMQP connection (?:<[\d.]{3,40}> )?\((?<address>\S{2,64}) -> /,
    key: (text) => (text.startsWith('<') ? /^<[\d.]{3,40}>(?= )/.exec(text)?.[0] : undefined),
    within: minute,
  },
  {
    // strongSwan: a thread writes the packet that it received, and then what became of it.
    kind: 'client of IKE',
    field: 'process.name',
    mark: 'received packet: from ',
    names: /^\d{1,4}\[NET\] (?:<[^>\n]{1,64}> )?received packet: from (?<address>[\da-fA-F.:]{2,45})\[\d{1,5}\] to /,
    key: (text, fields) => {
      const program = fields['process.name']
      if (program !== 'charon' && program !== 'charon-systemd') return undefined
      const thread = /^\d{1,4}(?=\[[A-Z]{3}\] )/.exec(text)?.[0]
      return thread === undefined ? undefined : `${fields['process.pid']} ${thread}`
    },
    within: minute,
  },
  {
    // OpenSMTPD: every line begins with the number of its session. The one about a login names the user only.
    kind: 'client of SMTP',
    starts: { with: ' smtp ', at: 16 },
    mark: ' smtp connected address=',
    names: /^[\da-f]{16} smtp connected address=(?<address>[\da-fA-F.:]{2,45}) /,
    key: (text) => (text.startsWith(' smtp ', 16) ? /^[\da-f]{16}(?= )/.exec(text)?.[0] : undefined),
    within: day,
  },
  {
    // xrdp: a process per client. Its session manager writes the client of a login itself.
    kind: 'client of RDP',
    field: 'process.pid',
    mark: 'TLS connection established from ',
    names: /^(?:\[INFO \] )?TLS connection established from (?:::ffff:)?(?<address>[\da-fA-F.:]{2,45}) port \d{1,5}: /,
    key: (_, fields) => (fields['process.name'] === 'xrdp' ? textOf(fields['process.pid']) : undefined),
    within: 10 * minute,
  },
  {
    // Mumble: every line begins with the numbers of the server and the connection. An accepted login names the user only.
    kind: 'client of Mumble',
    mark: '> New connection: ',
    names: /^\d{1,6} => <\d{1,10}:\(-1\)> New connection: (?<address>\S{2,64})$/,
    key: (text) => (text.includes(' => <') ? /^\d{1,6} => <\d{1,10}(?=:)/.exec(text)?.[0] : undefined),
    within: minute,
  },
  {
    // Radicale: a thread writes the request that it received, and then whom it let in.
    kind: 'client of a thread',
    field: 'process.thread.name',
    mark: ' received from ',
    names: /^[A-Z]{3,20} request for .{1,4096} received from (?<address>[\da-fA-F.:]{2,45})(?= |$)/,
    key: (_, fields) => textOf(fields['process.thread.name']),
    within: minute,
  },
  {
    // The FTP server of IIS writes the name in the line before the one with the password.
    kind: 'user of FTP',
    field: 'iis.session',
    mark: 'USER ',
    names: /^USER (?<user>\S{1,256}) \d{3}$/,
    key: (_, fields) => textOf(fields['iis.session']),
    within: 10 * minute,
  },
]

const textOf = (value: Fields[string] | undefined): string | undefined =>
  value === undefined ? undefined : String(value)
