import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createEngine,
  type Engine,
  type FlatEvent,
  joinTaxonomies,
  type Logsource,
  readDocuments,
  type SigmaDocument,
} from '../sigma/sigma.ts'
import { convertWazuhRules } from './wazuh-rules.ts'

// The converted fixtures, run against events that must and must not match.

const folder = new URL('./fixtures/', import.meta.url)
const names = readdirSync(folder).filter((name) => name.endsWith('.xml'))
const files = names.sort().map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))
const placeholders = new Map([
  ['blocked_addresses', ['198.51.100.*']],
  ['known_bad_ip', ['198.51.100.7', '203.0.113.*']],
  ['ours', ['10.*']],
  ['roles', ['admin1']],
])
let documents: SigmaDocument[] = []
let engine: Engine

beforeAll(() => {
  documents = convertWazuhRules(files).documents.flatMap(
    ({ name, yaml }) => readDocuments(yaml, name, { placeholders }).documents,
  )
})

const start = (): void => {
  engine = createEngine(documents, { taxonomy: joinTaxonomies([]) })
}

type Fields = FlatEvent['fields']
let count = 0
/** The Wazuh ids of the rules that report an event, each once. */
const match = (logsource: Logsource, fields: Fields, seconds = 0, text?: string): string[] => {
  const event = {
    id: `${++count}`,
    time: 1_760_000_000_000 + seconds * 1000,
    fields,
    logsource,
    ...(text !== undefined && { text }),
  }
  const found = engine.match(event).map(({ rule }) => (rule.name ?? '').replace(/^wazuh_(\d+).*$/, '$1'))
  return [...new Set(found)].sort()
}

const sshd = (fields: Fields, seconds?: number) =>
  match({ product: 'linux', service: 'sshd' }, { 'process.name': 'sshd', ...fields }, seconds)
const failed = (fields: Fields = {}, seconds?: number) =>
  sshd(
    {
      message: 'Failed password for root from 203.0.113.9 port 22 ssh2',
      'user.name': 'root',
      'source.ip': '198.51.100.1',
      ...fields,
    },
    seconds,
  )
const accepted = (fields: Fields = {}, seconds?: number) =>
  sshd({ message: 'Accepted password for root', 'user.name': 'root', 'source.ip': '198.51.100.1', ...fields }, seconds)
const web = (fields: Fields, seconds?: number, text?: string) =>
  match(
    { category: 'webserver' },
    {
      'url.original': '/',
      'http.response.status_code': 200,
      'http.request.method': 'GET',
      'source.ip': '10.0.0.1',
      ...fields,
    },
    seconds,
    text,
  )
const linux = (fields: Fields) => match({ product: 'linux' }, fields)
const firewall = (fields: Fields, seconds?: number) =>
  match(
    { category: 'firewall' },
    {
      'event.action': 'DROP',
      'source.ip': '192.0.2.1',
      'destination.ip': '10.0.0.1',
      'destination.port': 80,
      'network.transport': 'tcp',
      ...fields,
    },
    seconds,
  )
const windows = (service: string, fields: Fields, seconds?: number, text?: string) =>
  match(
    { product: 'windows', service },
    { Channel: service === 'security' ? 'Security' : 'Microsoft-Windows-Sysmon/Operational', ...fields },
    seconds,
    text,
  )
const logon = (fields: Fields = {}, seconds?: number) =>
  windows('security', { EventID: 4625, TargetUserName: 'alice', IpAddress: '10.0.0.5', ...fields }, seconds)

describe('one event', () => {
  beforeEach(start)

  test.each<[string, () => string[], string[]]>([
    ['a failed login', () => failed(), ['100100']],
    ['the beginning is not the middle', () => failed({ message: 'x Failed password' }), []],
    ['monitoring from the office is known', () => failed({ 'source.ip': '10.20.3.4', 'user.name': 'monitoring' }), []],
    ['monitoring from elsewhere is not', () => failed({ 'user.name': 'monitoring' }), ['100100']],
    ['others from the office are not', () => failed({ 'source.ip': '10.20.3.4' }), ['100100']],
    ['an account of the variable’s', () => failed({ 'user.name': 'postgres' }), ['100100', '100102']],
    ['overwritten: only with a password', () => accepted(), ['100104']],
    ['overwritten: no longer with a key', () => accepted({ message: 'Accepted publickey for root' }), []],
    ['a login at night', () => accepted({ '@timestamp': '2026-02-03T23:10:00Z' }), ['100104', '100114']],
    ['a login early', () => accepted({ '@timestamp': '2026-02-03T05:59:00Z' }), ['100104', '100114']],
    ['a login by day', () => accepted({ '@timestamp': '2026-02-03T06:00:00Z' }), ['100104']],
    [
      'partner at night, through if_level',
      () => accepted({ '@timestamp': '2026-02-03T23:10:00Z', 'source.ip': '203.0.113.5' }),
      ['100104', '100114', '100504'],
    ],
    ['a regex that is missed', () => sshd({ message: 'Received disconnect from 192.0.2.1 port x:11: Bye' }), []],
    [
      'a regex as Wazuh reads it',
      () => sshd({ message: 'Received disconnect from 192.0.2.1 port 50111:11:  Bye' }),
      ['100109'],
    ],
    ['negated match and pcre2', () => sshd({ message: 'FATAL: no keys' }), ['100110']],
    ['negated match that holds', () => sshd({ message: 'error: Failed keys' }), []],
    ['no session, no bastion', () => sshd({ message: 'x', 'host.name': 'web1' }), ['100111']],
    ['a bastion', () => sshd({ message: 'x', 'host.name': 'bastion-2' }), []],
    ['no host: a negated test needs its field', () => sshd({ message: 'x' }), []],
    ['session', () => sshd({ message: 'session opened', 'host.name': 'web1' }), []],
    ['no_log: counted, not reported', () => sshd({ message: 'Server listening on 0.0.0.0' }), []],
    [
      'sudo',
      () =>
        match(
          { product: 'linux', service: 'sudo' },
          { 'process.name': 'sudo', message: '3 incorrect password attempts', 'user.name': 'AB12' },
        ),
      ['100503'],
    ],
    [
      'sudo for another account',
      () =>
        match(
          { product: 'linux', service: 'sudo' },
          { 'process.name': 'sudo', message: '3 incorrect password attempts', 'user.name': 'AB12x' },
        ),
      [],
    ],

    ['refused', () => web({ 'http.response.status_code': 404 }), ['100201']],
    ['4 at the beginning only', () => web({ 'http.response.status_code': 204 }), []],
    [
      'a picture that is not there is ignored',
      () => web({ 'http.response.status_code': 404, 'url.original': '/a.PNG' }),
      [],
    ],
    ['robots may ask', () => web({ 'http.response.status_code': 401, 'url.original': '/robots.txt' }), []],
    [
      'robots get another answer',
      () => web({ 'http.response.status_code': 403, 'url.original': '/robots.txt' }),
      ['100201'],
    ],
    ['an attack from inside that works', () => web({ 'url.original': '/?f=../../x' }), ['100204', '100205']],
    [
      'an attack that fails, from outside',
      () => web({ 'url.original': '/?f=../../x', 'http.response.status_code': 500, 'source.ip': '8.8.8.8' }),
      ['100204', '100209'],
    ],
    ['a question mark is itself', () => web({ 'url.original': '/cmd.exeX' }), []],
    [
      'a method that is not asked for',
      () => web({ 'url.original': '/cmd.exe?', 'http.request.method': 'HEAD' }),
      ['100204'],
    ],
    ['SQL', () => web({ 'url.original': '/?q=1+UNION%20ALL+select+1' }), ['100206']],
    ['an overlong request', () => web({ message: 'x'.repeat(2500) }), ['100208']],
    ['one less', () => web({ message: 'x'.repeat(2499) }), []],
    ['a scanner', () => web({}, 0, '1.2.3.4 - - "GET / HTTP/1.1" 200 1 "-" "sqlmap/1.7"'), ['100211']],
    [
      'a scanner that says Mozilla',
      () => web({}, 0, '1.2.3.4 - - "GET / HTTP/1.1" 200 1 "-" "Mozilla sqlmap/1.7"'),
      [],
    ],
    [
      'a guest at the proxy',
      () => match({ category: 'proxy' }, { 'event.action': 'TCP_DENIED', 'user.name': 'guest' }),
      ['100212'],
    ],
    [
      'an action is a whole word, in its letters',
      () => match({ category: 'proxy' }, { 'event.action': 'tcp_denied', 'user.name': 'guest' }),
      [],
    ],
    ['a guest at the server', () => web({ 'event.action': 'TCP_DENIED', 'user.name': 'guest' }), ['100212']],
    ['an empty alternative asks for a url only', () => web({ 'event.outcome': 'timeout' }), ['100213']],

    ['a logon', () => logon(), ['100301']],
    ['a computer’s', () => logon({ TargetUserName: 'WS01$' }), []],
    ['from outside', () => logon({ IpAddress: '8.8.8.8' }), ['100301', '100309']],
    ['from an address on the list', () => logon({ IpAddress: '198.51.100.3' }), ['100301', '100309', '100310']],
    ['another event', () => logon({ EventID: 46250 }), []],
    ['another channel', () => logon({ Channel: 'System' }), []],
    [
      'a member of a group of admins',
      () => windows('security', { EventID: 4732, TargetUserName: 'Domain ADMINS' }),
      ['100305'],
    ],
    ['a log was cleared', () => windows('security', { EventID: 1102 }, 0, 'The audit log was cleared.'), ['100308']],
    ['a log was read', () => windows('security', { EventID: 1102 }, 0, 'The audit log was read.'), []],
    [
      'an encoded command',
      () => windows('sysmon', { EventID: 1, CommandLine: `PowerShell.exe -enc ${'QUJD'.repeat(10)}`, User: 'a' }),
      ['100306'],
    ],
    [
      'from Word',
      () =>
        windows('sysmon', {
          EventID: 1,
          CommandLine: `powershell -e ${'QUJD'.repeat(10)}`,
          User: 'a',
          ParentImage: 'C:\\O\\WINWORD.EXE',
        }),
      ['100306', '100307'],
    ],
    [
      'from Word, by the system',
      () =>
        windows('sysmon', {
          EventID: 1,
          CommandLine: `powershell -e ${'QUJD'.repeat(10)}`,
          User: 'NT\\SYSTEM',
          ParentImage: 'C:\\O\\WINWORD.EXE',
        }),
      ['100306'],
    ],

    ['a packet', () => firewall({}), ['100400']],
    ['a remote login', () => firewall({ 'source.ip': '10.9.8.7', 'destination.port': 22 }), ['100400', '100401']],
    ['one address', () => firewall({ 'source.ip': '10.1.2.3', 'destination.port': 3389 }), ['100400', '100401']],
    ['its neighbour', () => firewall({ 'source.ip': '10.1.2.4', 'destination.port': 3389 }), ['100400']],
    [
      'a network that is excepted',
      () => firewall({ 'source.ip': '10.9.8.7', 'destination.port': 22, 'destination.ip': '172.16.5.5' }),
      ['100400'],
    ],
    ['port 222 is not 22', () => firewall({ 'source.ip': '10.9.8.7', 'destination.port': 222 }), ['100400']],
    ['a known bad address', () => firewall({ 'source.ip': '198.51.100.7' }), ['100400', '100404']],
    [
      'an admin from elsewhere',
      () => firewall({ 'source.ip': '192.0.2.1', 'user.name': 'admin1' }),
      ['100400', '100405'],
    ],
    ['an admin from here', () => firewall({ 'source.ip': '10.2.2.2', 'user.name': 'admin1' }), ['100400']],
    ['port 0', () => firewall({ 'source.port': '0' }), ['100400', '100406']],
    [
      'an order',
      () =>
        match(
          { product: 'local' },
          { integration: 'shop', 'event.kind': 'order', data: 'express', extra_data: 'Gift', 'host.name': 'shop1' },
        ),
      ['100500'],
    ],
    [
      'a coupon',
      () =>
        match(
          { product: 'local' },
          { integration: 'shop', 'log.file.path': '/var/log/shop/a.json' },
          0,
          '{"coupon":"FREE7"}',
        ),
      ['100501'],
    ],
    [
      'a decoder of one’s own',
      () => match({ product: 'turnstile-controller' }, { 'event.outcome': 'forced' }),
      ['100502'],
    ],
    ['bad words', () => linux({ message: 'Oops', 'process.name': 'x' }), ['100800']],
    ['bad words that are known', () => linux({ message: 'oops, said the cat', 'process.name': 'x' }), []],
    ['bad words of a program that says too much', () => linux({ message: 'Oops', 'process.name': 'chatterd' }), []],
    [
      'by day',
      () =>
        linux({
          message: 'a bad sector',
          'process.name': 'diskd',
          'source.port': '12',
          '@timestamp': '2026-02-03T16:59:59Z',
        }),
      ['100804', '100805'],
    ],
    [
      'after work',
      () =>
        linux({
          message: 'a bad sector',
          'process.name': 'diskd',
          'source.port': '12',
          '@timestamp': '2026-02-03T17:00:00Z',
        }),
      ['100804'],
    ],
    ['a shell', () => web({ 'url.original': '/shell.jsp' }), ['100811']],
    ['a shell with a query', () => web({ 'url.original': '/shell.jsp?shell=b' }), ['100814']],
    [
      'below a rule and below its exception: without a query',
      () => web({ 'url.original': '/xp_cmdshell' }),
      ['100815'],
    ],
    ['below a rule and below its exception: with one', () => web({ 'url.original': '/?xp_cmdshell' }), ['100815']],
    ['a crawler with a query', () => web({ 'url.original': '/shell.jsp?shell=b', 'source.ip': '66.249.1.1' }), []],
    ['a backup', () => match({ product: 'linux' }, { 'process.name': 'backup', message: 'it failed' }), ['100512']],
  ])('%s', (_, run, expected) => {
    expect(run()).toEqual(expected)
  })
})

describe('several events', () => {
  test('five failed logins from one address; the single ones are reported as well', () => {
    start()
    const seen = [0, 20, 40, 60, 80].map((seconds) => failed({}, seconds))
    expect(seen[3]).not.toContain('100103')
    expect(seen[4]).toContain('100103')
    expect(seen[4]).toContain('100100')
  })

  test('not from five addresses, not in a quarter of an hour, not from the office’s monitoring', () => {
    start()
    const addresses = [1, 2, 3, 4, 5].flatMap((n) => failed({ 'source.ip': `192.0.2.${n}`, 'user.name': `a${n}` }, n))
    const slow = [1, 2, 3, 4, 5].flatMap((n) => failed({ 'user.name': `b${n}` }, n * 180))
    const known = [1, 2, 3, 4, 5].flatMap((n) =>
      failed({ 'source.ip': '10.20.0.1', 'user.name': 'monitoring' }, 2000 + n),
    )
    expect([...addresses, ...slow, ...known]).not.toContain('100103')
  })

  test('a login after three failed ones, of the same address, in this order', () => {
    start()
    expect(accepted({}, 0)).toEqual(['100104'])
    for (const seconds of [1, 2, 3]) failed({}, seconds)
    expect(accepted({ 'source.ip': '192.0.2.77' }, 4)).toEqual(['100104'])
    expect(accepted({}, 5)).toEqual(['100104', '100105'])
    start()
    for (const seconds of [1, 2]) failed({}, seconds)
    expect(accepted({}, 3)).toEqual(['100104'])
    failed({}, 4)
    expect(accepted({}, 500)).toEqual(['100104'])
  })

  test('three accounts from one address', () => {
    start()
    expect(['a', 'b', 'b', 'a'].flatMap((user, n) => failed({ 'user.name': user }, n))).not.toContain('100106')
    expect(failed({ 'user.name': 'c' }, 10)).toContain('100106')
  })

  test('one account from anywhere: a group is counted, an event once', () => {
    start()
    const seen = [1, 2, 3, 4].map((n) => failed({ 'user.name': 'oracle', 'source.ip': `192.0.2.${n}` }, n * 100))
    expect(seen.map((ids) => ids.includes('100107'))).toEqual([false, false, false, true])
  })

  test('a count of counts', () => {
    start()
    const burst = (at: number) => [0, 1, 2, 3, 4].flatMap((n) => failed({ 'user.name': `${at}${n}` }, at + n))
    expect(burst(0)).not.toContain('100108')
    expect(burst(1000)).toContain('100108')
  })

  test('unreported rules are counted all the same', () => {
    start()
    const listen = (seconds: number, path: string) =>
      sshd({ message: 'Server listening on', 'log.file.path': path }, seconds)
    expect([listen(1, '/a'), listen(2, '/b'), listen(3, '/a')].flat()).toEqual([])
    expect(listen(4, '/a')).toEqual(['100113'])
  })

  test('a scan of pages', () => {
    start()
    const ask = (page: number) => web({ 'http.response.status_code': 404, 'url.original': `/${page}` }, page)
    expect([1, 2, 3, 4, 5].flatMap(ask)).not.toContain('100203')
    expect(ask(6)).toContain('100203')
  })

  test('attacks of several kinds from one address', () => {
    start()
    web({ 'url.original': '/?f=../../x' }, 1)
    web({ 'url.original': '/?q=sleep(5)' }, 2)
    expect(web({ 'url.original': '/etc/passwd', 'source.ip': '10.0.0.2' }, 3)).not.toContain('100210')
    expect(web({ 'url.original': '/etc/passwd' }, 4)).toContain('100210')
  })

  test('passwords sprayed over Windows accounts', () => {
    start()
    const seen = ['a', 'b', 'c', 'd'].map((user, n) => logon({ TargetUserName: user }, n))
    expect(seen[2]).not.toContain('100304')
    expect(seen[3]).toContain('100304')
    expect([4, 5, 6].flatMap((n) => logon({}, n))).not.toContain('100303')
    expect(logon({}, 7)).toContain('100303')
  })

  test('ports, and hosts', () => {
    start()
    const scan = Array.from({ length: 10 }, (_, port) => firewall({ 'destination.port': port }, port))
    expect(scan[8]).not.toContain('100402')
    expect(scan[9]).toContain('100402')
    start()
    expect(firewall({}, 1)).toEqual(['100400'])
    expect(firewall({}, 2)).toEqual(['100400'])
    expect(firewall({ 'destination.ip': '10.0.0.2' }, 3)).toEqual(['100400', '100403'])
  })
})
