import { createRandom, type Random } from '../src/lib/random/random.ts'
import { mixedLines } from './mixed-lines.ts'

/** A log line, and the source that sends it. */
export interface CorpusLine {
  readonly source: string
  readonly text: string
}

/** The corpora of the benchmarks. The same name, count and seed give the same lines. */
export const corpusNames = ['sshd', 'access', 'json', 'windows', 'four_sources', 'mixed'] as const
export type CorpusName = (typeof corpusNames)[number]

/** The last line of a corpus is at about this time. */
const end = Date.UTC(2026, 10, 20, 12)
/** The mean time between two lines, in ms. */
const gap = 20

/** Creates `count` lines in order of time. Values are Zipf-distributed: a few are frequent, many are rare. */
export function* corpusLines(name: CorpusName, count: number, seed: number): Generator<CorpusLine> {
  if (name === 'mixed') {
    for (const text of mixedLines(count, end)) yield { source: 'bench', text }
    return
  }
  const random = createRandom(seed)
  const names = name === 'four_sources' ? (['sshd', 'access', 'json', 'windows'] as const) : [name]
  const sources = names.map((source) => ({ source, next: makers[source](random) }))
  let time = end - count * gap
  for (let index = 0; index < count; index += 1) {
    time += random.below(2 * gap + 1)
    const { source, next } = one(random, sources)
    yield { source, text: next(time) }
  }
}

/** Makes the next line of a log. */
type LineMaker = (time: number) => string

const one = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[random.below(items.length)]
  if (item === undefined) throw new Error('The list is empty.')
  return item
}

/**
 * Makes a sampler of ranks from 0 to `size` - 1, whose frequency is proportional to 1 / (rank + 1) ^ `exponent`: by binary search in
 * the cumulative distribution.
 */
const zipf = (random: Random, size: number, exponent = 1): (() => number) => {
  const sums = new Float64Array(size)
  let sum = 0
  for (let rank = 0; rank < size; rank += 1) {
    sum += (rank + 1) ** -exponent
    sums[rank] = sum
  }
  return () => {
    const wanted = random.next() * sum
    let [low, high] = [0, size - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Spreads ranks over 32 bits, so that neighbours have nothing in common. */
const spread = (rank: number, salt: number): number => {
  const mixed = Math.imul(rank + salt, 0x9e3779b1)
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0
}

const ipv4 = (rank: number): string => {
  const bits = spread(rank, 7)
  return `${1 + ((bits >>> 24) % 223)}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`
}

const ipv6 = (rank: number): string => {
  const bits = spread(rank, 11)
  return `2001:db8:${(bits >>> 16).toString(16)}:${(bits & 0xffff).toString(16)}::${(rank % 4_096).toString(16)}`
}

const hexadecimal = (random: Random, digits: number): string => {
  let text = ''
  while (text.length < digits)
    text += random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return text.slice(0, digits)
}

const userName = (rank: number): string =>
  `${firstNames[rank % firstNames.length]}${rank < firstNames.length ? '' : `.${familyNames[spread(rank, 3) % familyNames.length]}${rank}`}`

const firstNames = ['root', 'admin', 'ana', 'ben', 'carla', 'dmitri', 'elif', 'farid', 'grace', 'hana', 'igor', 'jun']
const familyNames = ['silva', 'meyer', 'okafor', 'tanaka', 'novak', 'rossi', 'haddad', 'larsen']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Logins and failures on 12 hosts: 30,000 addresses that attack, 400 users, sessions of one to eight lines that overlap. */
const sshd = (random: Random): LineMaker => {
  const attacker = zipf(random, 30_000)
  const user = zipf(random, 400)
  const guessed = zipf(random, 5_000)
  const host = zipf(random, 12)
  const open: { readonly head: string; readonly lines: string[] }[] = []
  const session = (): string[] => {
    const port = 1_024 + random.below(64_000)
    const chance = random.next()
    if (chance < 0.25) {
      const who = userName(2 + user())
      const from = `10.20.${spread(who.length, port) & 15}.${user() & 255}`
      return [
        `Accepted publickey for ${who} from ${from} port ${port} ssh2: RSA SHA256:${hexadecimal(random, 40)}`,
        `pam_unix(sshd:session): session opened for user ${who} by (uid=0)`,
        `Received disconnect from ${from} port ${port}:11: disconnected by user`,
        `Disconnected from user ${who} ${from} port ${port}`,
        `pam_unix(sshd:session): session closed for user ${who}`,
      ]
    }
    const from = ipv4(attacker())
    if (chance < 0.55) {
      const who = userName(user())
      return [
        `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${from}  user=${who}`,
        ...Array.from(
          { length: 1 + random.below(5) },
          () => `Failed password for ${who} from ${from} port ${port} ssh2`,
        ),
        `Connection closed by authenticating user ${who} ${from} port ${port} [preauth]`,
      ]
    }
    if (chance < 0.999) {
      const who = userName(400 + guessed())
      return [
        `Invalid user ${who} from ${from} port ${port}`,
        'pam_unix(sshd:auth): check pass; user unknown',
        `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${from}`,
        `Failed password for invalid user ${who} from ${from} port ${port} ssh2`,
        `Received disconnect from ${from} port ${port}:11: Bye Bye [preauth]`,
        `Disconnected from invalid user ${who} ${from} port ${port} [preauth]`,
      ]
    }
    return [
      one(random, [
        `error: maximum authentication attempts exceeded for root from ${from} port ${port} ssh2 [preauth]`,
        `fatal: Timeout before authentication for ${from} port ${port}`,
        `Bad protocol version identification '\\026\\003\\001' from ${from} port ${port}`,
        `error: kex_exchange_identification: Connection closed by remote host ${hexadecimal(random, 16)}`,
        `Did not receive identification string from ${from} port ${port}`,
      ]),
    ]
  }
  return (time) => {
    while (open.length < 24) {
      open.push({ head: `bastion-${host()} sshd[${1_000 + random.below(60_000)}]: `, lines: session().reverse() })
    }
    const at = random.below(open.length)
    const current = open[at]
    const line = `${syslogTime(time)} ${current?.head}${current?.lines.pop()}`
    if (current?.lines.length === 0) open.splice(at, 1)
    return line
  }
}

const syslogTime = (time: number): string => {
  const date = new Date(time)
  return `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 19)}`
}

/** A combined access log: 50,000 clients, of which a twentieth use IPv6, 4,000 pages with item numbers, 300 browsers; some scanners. */
const access = (random: Random): LineMaker => {
  const client = zipf(random, 50_000)
  const page = zipf(random, 4_000)
  const item = zipf(random, 100_000)
  const browser = zipf(random, 300)
  const user = zipf(random, 400)
  return (time) => {
    const who = client()
    const address = who % 20 === 7 ? ipv6(who) : ipv4(who)
    const number = page()
    const section = ['products', 'search', 'static', 'api/v1', 'account', 'blog'][number % 6]
    const path =
      random.below(2_000) === 0
        ? one(random, ['/wp-login.php', '/.env', '/../../etc/passwd', `/?q=${hexadecimal(random, 24)}`, '/phpmyadmin/'])
        : `/${section}/${spread(number, 5).toString(36)}${number % 3 === 0 ? `?item=${item()}` : ''}`
    const status = one(random, statuses)
    const size = status === 304 ? 0 : Math.round(200 * 2 ** (random.next() * 9))
    const referer = random.below(3) === 0 ? '-' : `https://shop.example/${section}`
    const name = random.below(10) === 0 ? userName(user()) : '-'
    const method = random.below(8) === 0 ? 'POST' : 'GET'
    return `${address} - ${name} [${accessTime(time)}] "${method} ${path} HTTP/1.1" ${status} ${size} "${referer}" "${agent(browser())}"`
  }
}

const statuses = [...new Array<number>(40).fill(200), 304, 304, 304, 301, 302, 404, 404, 403, 500]

const accessTime = (time: number): string => {
  const date = new Date(time)
  const day = String(date.getUTCDate()).padStart(2, '0')
  return `${day}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`
}

const agent = (rank: number): string => {
  const version = `${90 + (rank % 40)}.0.${4_000 + (spread(rank, 1) % 2_000)}.${spread(rank, 2) % 200}`
  const system = ['Windows NT 10.0; Win64; x64', 'Macintosh; Intel Mac OS X 10_15_7', 'X11; Linux x86_64'][rank % 3]
  return rank % 17 === 16
    ? `curl/8.${rank % 10}.0`
    : `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`
}

/** JSON lines of 40 services with trace ids that occur once or twice: 20,000 users, 3,000 clients, few errors with a stack trace. */
const json = (random: Random): LineMaker => {
  const service = zipf(random, 40)
  const user = zipf(random, 20_000)
  const client = zipf(random, 3_000)
  const route = zipf(random, 250)
  let trace = hexadecimal(random, 32)
  return (time) => {
    if (random.below(3) !== 0) trace = hexadecimal(random, 32)
    const rank = service()
    const name = `${['checkout', 'basket', 'search', 'payment', 'mail'][rank % 5]}-${rank}`
    const taken = Number((2 ** (random.next() * 12)).toFixed(2))
    const chance = random.next()
    const level = chance < 0.005 ? 'error' : chance < 0.03 ? 'warn' : chance < 0.2 ? 'debug' : 'info'
    const path = `/api/${spread(route(), 9).toString(36)}/${random.below(100_000)}`
    const message =
      level === 'error'
        ? `payment ${random.below(1_000_000)} failed: timeout after ${Math.round(taken)} ms`
        : level === 'warn'
          ? `slow query: ${Math.round(taken)} ms for user ${user()}`
          : level === 'debug'
            ? `cache miss for key item:${random.below(100_000)}`
            : `handled request in ${taken} ms`
    return JSON.stringify({
      timestamp: new Date(time).toISOString(),
      level,
      service: name,
      host: `app-${random.below(9)}`,
      logger: `com.shop.${name.split('-')[0]}.Handler`,
      message,
      trace_id: trace,
      span_id: hexadecimal(random, 16),
      user_id: `u-${user()}`,
      client_ip: ipv4(100_000 + client()),
      http: { method: one(random, ['GET', 'GET', 'GET', 'POST']), path, status: level === 'error' ? 500 : 200 },
      duration_ms: taken,
      ...(level === 'error' && { stack: stackTrace(random) }),
    })
  }
}

const stackTrace = (random: Random): string =>
  Array.from(
    { length: 6 },
    (_, depth) => `at com.shop.pay.Layer${depth}.call(Layer${depth}.java:${random.below(400)})`,
  ).join('\n')

/** Windows Security and Sysmon events as Winlogbeat sends them: 300 computers, 2,000 accounts, 600 programs. */
const windows = (random: Random): LineMaker => {
  const computer = zipf(random, 300)
  const account = zipf(random, 2_000)
  const program = zipf(random, 600)
  const client = zipf(random, 4_000)
  let record = 1_000_000
  return (time) => {
    record += 1
    const user = userName(account())
    const image = programPath(program())
    const logonId = `0x${random.below(2 ** 28).toString(16)}`
    const [code, message, data] = one<() => readonly [number, string, Readonly<Record<string, string>>]>(random, [
      () => [
        4624,
        'An account was successfully logged on.',
        {
          ...subject(user, logonId),
          TargetUserName: user,
          LogonType: one(random, ['3', '3', '3', '2', '10', '5']),
          IpAddress: `10.40.${client() >> 8}.${client() & 255}`,
          IpPort: String(1_024 + random.below(64_000)),
          LogonGuid: `{${hexadecimal(random, 8)}-${hexadecimal(random, 4)}-${hexadecimal(random, 4)}}`,
        },
      ],
      () => [4634, 'An account was logged off.', { ...subject(user, logonId), LogonType: '3' }],
      () => [
        4625,
        'An account failed to log on.',
        { ...subject(user, logonId), TargetUserName: user, IpAddress: ipv4(client()), Status: '0xc000006d' },
      ],
      () => [
        4688,
        'A new process has been created.',
        {
          ...subject(user, logonId),
          NewProcessName: image,
          NewProcessId: `0x${random.below(65_536).toString(16)}`,
          CommandLine: `"${image}" -p ${program()} ${random.below(500) === 0 ? `-enc ${hexadecimal(random, 60)}` : ''}`,
          ParentProcessName: programPath(program()),
        },
      ],
      () => [
        5156,
        'The Windows Filtering Platform has permitted a connection.',
        {
          ProcessID: String(random.below(9_000)),
          Application: image,
          SourceAddress: `10.40.${client() >> 8}.${client() & 255}`,
          SourcePort: String(49_152 + random.below(16_000)),
          DestAddress: ipv4(200_000 + client()),
          DestPort: one(random, ['443', '443', '80', '53', '445']),
          Protocol: '6',
        },
      ],
    ])()
    return JSON.stringify({
      '@timestamp': new Date(time).toISOString(),
      event: { code: String(code), provider: 'Microsoft-Windows-Security-Auditing', kind: 'event' },
      winlog: {
        channel: 'Security',
        provider_name: 'Microsoft-Windows-Security-Auditing',
        computer_name: `ws-${computer()}.corp.example`,
        event_id: code,
        record_id: record,
        event_data: data,
      },
      message,
    })
  }
}

const subject = (user: string, logonId: string): Readonly<Record<string, string>> => ({
  SubjectUserName: user,
  SubjectDomainName: 'CORP',
  SubjectUserSid: `S-1-5-21-3623811015-3361044348-${1_000 + user.length * 37}`,
  TargetLogonId: logonId,
})

const programPath = (rank: number): string =>
  rank < 40
    ? `C:\\Windows\\System32\\${['svchost', 'lsass', 'cmd', 'powershell', 'taskhostw'][rank % 5]}${rank < 5 ? '' : rank}.exe`
    : `C:\\Program Files\\Vendor ${rank % 30}\\Product\\app${rank}.exe`

const makers = { sshd, access, json, windows } satisfies Record<string, (random: Random) => LineMaker>
