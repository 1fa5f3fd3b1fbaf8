import { describe, expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'

const parse = (text: string) => parseRecord({ text, source: 'x', receivedAt: Date.UTC(2026, 0, 15), zoneMinutes: 0 })

const login = 'Jan 10 06:55:46 web-1 sshd[24200]: Failed password for dana from 203.0.113.45 port 40000 ssh2'
const request = '203.0.113.45 - - [10/Jan/2026:06:55:46 +0000] "GET /cart HTTP/1.1" 404 12 "-" "curl/8"'
const event =
  '{"time":"2026-01-10T06:55:46.000Z","level":"warn","msg":"Stock is low","user":"dana","ip":"203.0.113.45"}'
const lines = [login, request, event]
const pod = 'web-7d9f8c6b5d-x2xkz'
const iso = '2026-01-10T06:55:46.000000Z'
const names = ['user.name', 'source.ip', 'event.outcome', 'event.action', 'url.path', 'log.level']
const facts = (text: string) => {
  const { time, message, fields } = parse(text)
  return { time, message, ...Object.fromEntries(names.map((name) => [name, fields[name]])) }
}

describe('a stream of syslog messages in a file', () => {
  it.each([
    `<34>1 ${iso} web-1 sshd 24200 - - Failed password for dana from 203.0.113.45 port 40000 ssh2`,
    `<34>${login}`,
  ])('reads a message behind its length: %s', (message) =>
    expect(parse(`${message.length} ${message}`)).toEqual(parse(message)),
  )

  it.each(['12 <b>bold</b> is ready', '12 <34 is less', 'x12 <34>1 is no length'])('leaves other numbers: %s', (text) =>
    expect(parse(text)).toMatchObject({ format: 'plain', message: text }),
  )
})

describe('Heroku, which leaves out the structured data', () => {
  it('names the dyno', () =>
    expect(parse(`<40>1 ${iso} host app web.3 - State changed from starting to up`)).toMatchObject({
      message: 'State changed from starting to up',
      fields: { 'process.name': 'web.3' },
    }))

  it('reads the line of the program', () => {
    for (const line of lines) {
      const text = `<190>1 ${iso} d.7c2e2a7c-1f0e-4d5c-9a55-0123456789ab app web.1 - ${line}`
      expect({ ...facts(text), 'log.level': '' }).toEqual({ ...facts(line), 'log.level': '' })
    }
  })

  it('refuses it from others', () =>
    expect(parse(`<40>1 ${iso} web-1 app web.3 - State changed`).fault).toContain('structured data'))
})

describe('a record of Fluent Bit', () => {
  it('says what its line says', () => {
    for (const line of lines)
      expect(facts(`[3] tail.0: [[1768028146.000000000, {}], {"log"=>"${line}", "stream"=>"stderr"}]`)).toEqual(
        facts(line),
      )
  })

  it.each([
    ['a name twice', '[0] x: [[1768028146.0, {}], {"log"=>"a", "host"=>"evil", "b"=>"c", "host"=>"web-1"}]'],
    ['no end', '[0] x: [[1768028146.0, {}], {"log"=>"a"'],
    ['no map', '[0] x: [[1768028146.0, {}], "log"]'],
  ])('stays text with %s', (_name, text) => expect(parse(text).format).not.toContain('json'))
})

describe("a line of Papertrail's archives", () => {
  const archived = (severity: string) =>
    `50342052920\t2026-01-10T06:55:46Z\t2026-01-10T06:55:47Z\t19\tweb-1\t10.0.0.1\tAuth\t${severity}\tsshd\tFailed password for dana from 203.0.113.45 port 40000 ssh2`

  it('says what the line says', () => {
    expect(facts(archived('Info'))).toEqual({ ...facts(login), 'log.level': 'info' })
    expect(parse(archived('Info')).fields).toMatchObject({ 'host.name': 'web-1', 'process.name': 'sshd' })
  })

  it('is no other table', () => expect(parse(archived('low')).format).not.toContain('papertrail'))
})

describe('an event of Snare', () => {
  const event = [
    ...[
      'MSWinEventLog',
      '1',
      'Security',
      '4711',
      'Sat Jan 10 06:55:46 2026',
      '4625',
      'Microsoft-Windows-Security-Auditing',
    ],
    ...['N/A', 'N/A', 'Failure Audit', 'dc-1', 'Logon', ''],
    'An account failed to log on.    Subject:   Account Name:  -    Account For Which Logon Failed:   Account Name:  dana   Account Domain:  ACME    Network Information:   Source Network Address: 203.0.113.45   Source Port:  50000',
    '112',
  ].join('\t')

  it.each([
    ['syslog', `<14>Jan 10 06:55:46 dc-1 ${event}`],
    ['syslog with a version', `<13>1 ${iso} dc-1 - - - - ${event}`],
    ['a host', `dc-1\t${event}`],
    ['escaped tabs', `Jan 10 06:55:46 dc-1 ${event.replaceAll('\t', '#011')}`],
    ['nothing', event],
  ])('is a failed login behind %s', (_name, text) =>
    expect(parse(text).fields).toMatchObject({
      'event.code': '4625',
      'event.outcome': 'failure',
      'user.name': 'dana',
      'source.ip': '203.0.113.45',
      'host.name': 'dc-1',
    }),
  )

  it.each(['MSWinEventLog is written by Snare', 'the word MSWinEventLog\t1\tSecurity'])(
    'is no other text: %s',
    (text) => expect(parse(text).format).toBe('plain'),
  )
})

describe('a line that another program wraps', () => {
  it.each([
    ['docker compose in colours', (line: string) => `\u001b[36mweb-1  | \u001b[0m${line}`],
    ['docker compose with colours up to the bar', (line: string) => `\u001b[36mweb-1  |\u001b[0m ${line}`],
    ['docker compose with times', (line: string) => `web-1  | ${iso} ${line}`],
    ['kubectl with times', (line: string) => `${iso} ${line}`],
    ['kubectl with names and times', (line: string) => `[pod/${pod}/web] ${iso} ${line}`],
    ['stern', (line: string) => `${pod} web ${line}`],
    ['stern in colours', (line: string) => `\u001b[32m${pod}\u001b[0m \u001b[32mweb\u001b[0m ${line}`],
    ['stern with times', (line: string) => `${pod} web ${iso} ${line}`],
    ['kubetail', (line: string) => `[${pod} web] ${line}`],
    ['kubetail without the container', (line: string) => `[${pod}] ${line}`],
    ['kail', (line: string) => `shop/${pod}[web]: ${line}`],
    ['logcli', (line: string) => `${iso} {filename="/var/log/x.log", job="varlogs"} ${line}`],
    ['CloudWatch, with the stream', (line: string) => `${iso} i-0abc/web ${line}`],
    ['fluentd', (line: string) => `${iso}\tapp.web\t${JSON.stringify({ message: line })}`],
    [
      'fluentd on standard output',
      (line: string) => `2026-01-10 06:55:46.000000000 +0000 app.web: ${JSON.stringify({ message: line })}`,
    ],
    ['pm2 with times', (line: string) => `2026-01-10T06:55:46: ${line}`],
    ['svlogd', (line: string) => `2026-01-10_06:55:46.00000 ${line}`],
    ['grep in colours', (line: string) => line.replace(' ', ' \u001b[01;31m\u001b[K').concat('\u001b[m\u001b[K')],
  ])('says what it says alone: %s', (_name, wrap) => {
    for (const line of lines) expect(facts(wrap(line))).toEqual(facts(line))
  })

  it.each([
    ['ts', `Jan 10 06:55:46 ${login}`],
    ['a relay', `Jan 10 06:55:46 relay-1 ${login}`],
    ['a relay with priorities', `<38>Jan 10 06:55:46 10.0.0.9 <86>${login}`],
    ['a relay with an ISO time', `2026-01-10T06:55:46.000000+00:00 relay-1 ${login}`],
  ])('keeps the host that wrote it: %s', (_name, text) => {
    expect(parse(text).fields).toMatchObject({ 'host.name': 'web-1', 'user.name': 'dana', 'source.ip': '203.0.113.45' })
  })

  it.each([
    [
      'a word before JSON without a message',
      `${iso} processed {"id":1,"state":"paid"}`,
      'processed {"id":1,"state":"paid"}',
    ],
    ['words before JSON', `${iso} order was processed {"msg":"paid"}`, 'order was processed {"msg":"paid"}'],
    ['a month as a word', `${iso} Report for Jan 10 is ready`, 'Report for Jan 10 is ready'],
    ['a name like a pod', 'my-service-name ready', 'my-service-name ready'],
    ['braces', '{template} is missing', '{template} is missing'],
  ])('leaves other messages whole: %s', (_name, text, message) => expect(parse(text).message).toBe(message))
})

describe('a message that recurs', () => {
  it.each([
    ['Cache is warm', { 'log.iostream': 'stdout' }],
    ['level=warn msg="Cache is cold" user=dana', { 'user.name': 'dana', 'log.level': 'warning' }],
    ['{"msg":"Cache is cold","user":"dana"}', { 'user.name': 'dana' }],
    ['Invalid user dana from a host [preauth]', { 'process.name': 'sshd', 'user.name': 'dana' }],
  ])('is read in the same way each time: %s', (log, fields) => {
    const text = JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: iso })
    const first = parse(text)
    expect(first.fields).toMatchObject(fields)
    for (let time = 0; time < 3; time++) expect(parse(text)).toEqual(first)
  })
})
