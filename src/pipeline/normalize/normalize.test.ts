import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../test/any-character.ts'
import { keeps } from '../../../test/keeps.ts'
import { needs, sharedData } from '../../../test/needs.ts'
import type { RecordBatch } from '../../schema/record/record.ts'
import { createNormalizer } from './normalize.ts'

const receivedAt = Date.UTC(2026, 2, 4)

const batchOf = (texts: readonly string[], more: Partial<RecordBatch> = {}): RecordBatch => ({
  partition: 3,
  first: 40,
  source: 'test',
  receivedAt,
  texts,
  ...more,
})

const normalize = (...texts: string[]) => createNormalizer().normalize(batchOf(texts))

describe('normalize', () => {
  it('turns each record into one event with id, stream and original', () => {
    const events = normalize('Mar  3 09:00:00 edge-2 sshd[1]: Invalid user x from 203.0.113.9', 'just text')
    expect(events).toMatchObject([
      { id: '3-40', kind: 'event', stream: 'test/edge-2/sshd', fields: { 'service.name': 'sshd', 'user.name': 'x' } },
      { id: '3-41', kind: 'event', stream: 'test', message: 'just text', time: receivedAt, timeGuessed: true },
    ])
    expect(events[0]?.original).toBe('Mar  3 09:00:00 edge-2 sshd[1]: Invalid user x from 203.0.113.9')
  })

  it('gives no stream of its own to a process that a record is about', () => {
    const device = String.raw`\device\harddiskvolume2\windows\system32\svchost.exe`
    const winlog = (data: object) => JSON.stringify({ winlog: { computer_name: 'ws-1', event_data: data } })
    expect(normalize(winlog({ Application: device }), winlog({ Image: 'C:\\tools\\x.exe' }))).toMatchObject([
      { stream: 'test/ws-1', fields: { 'process.executable': device, 'process.name': 'svchost.exe' } },
      { stream: 'test/ws-1', fields: { 'process.name': 'x.exe' } },
    ])
    expect(normalize('{"host":"web-1","application":"shop"}')).toMatchObject([{ stream: 'test/web-1/shop' }])
  })

  it.each([
    ['', 'empty'],
    ['  \t ', 'empty'],
    ['{"half": ', 'parse/json'],
    ['<34>1 yesterday host app - - - text', 'rfc5424'],
    ['<999>1 - - - - - -', 'rfc5424'],
    ['\u0000\u0001\u0002\ufffd\ufffd binary', 'plain'],
  ])('turns %j into an error with a reason', (text, type) => {
    const [event] = normalize(text)
    expect(event).toMatchObject({ kind: 'pipeline_error', original: text })
    expect(event?.fields['error.type']).toContain(type)
    expect(event?.fields['error.message']).toMatch(/\.$/)
  })

  it('keeps the fields of a rejected record', () => {
    const [event] = normalize('<34>1 2026-03-03T09:00:00Z edge-2 app - - [broken')
    expect(event).toMatchObject({ kind: 'pipeline_error', stream: 'test/edge-2/app', time: Date.UTC(2026, 2, 3, 9) })
  })

  it.each([
    // Envelope with content, and the fields that only the content has.
    [
      '<134>Mar  3 09:00:00 fw CEF:0|Ex|Gate|1|7|Deny|5|src=203.0.113.9 act=blocked',
      { 'host.name': 'fw', 'source.ip': '203.0.113.9' },
    ],
    [
      '2026-03-03T09:00:00Z stdout F {"level":"error","msg":"boom"}',
      { 'log.level': 'error', 'log.iostream': 'stdout' },
    ],
    [
      '{"log":"level=warn user=dana msg=x\\n","stream":"stderr","time":"2026-03-03T09:00:00Z"}',
      { 'log.level': 'warning', 'user.name': 'dana' },
    ],
    [
      '{"@timestamp":"2026-03-03T09:00:00Z","message":"Mar  3 08:59:59 edge-2 sshd[1]: Accepted password for dana from 203.0.113.9 port 1 ssh2","host":"shipper"}',
      { 'host.name': 'edge-2', 'event.outcome': 'success', 'user.name': 'dana' },
    ],
    [
      'Mar  3 09:00:00 web nginx: 203.0.113.9 - - [03/Mar/2026:09:00:00 +0000] "GET / HTTP/1.1" 500 1 "-" "x"',
      { 'host.name': 'web', 'http.response.status_code': 500 },
    ],
    [
      'Mar  3 09:00:00 sw1 %SEC-6-IPACCESSLOGP: list 1 denied tcp 203.0.113.9(1) -> 192.0.2.1(2), 1 packet',
      { 'event.code': 'IPACCESSLOGP' },
    ],
    // The machine that logged it, not the one that collected it.
    [
      '{"@timestamp":"2026-03-03T09:00:00Z","host":"collector","Hostname":"dc-01","Channel":"security","EventID":4624,"IpAddress":"203.0.113.9","Message":"An account was successfully logged on."}',
      { 'host.name': 'dc-01', 'event.category': 'authentication', 'event.outcome': 'success' },
    ],
  ])('parses the content of %j', (text, fields) => expect(normalize(text)[0]?.fields).toMatchObject(fields))

  it('takes the message of pairs from the line of a container', () => {
    const [event] = normalize(
      '{"log":"level=error msg=\\"boom\\"\\n","stream":"stderr","time":"2026-03-03T09:00:00.5Z"}',
    )
    expect(event).toMatchObject({ message: 'boom', time: Date.UTC(2026, 2, 3, 9, 0, 0, 500) })
  })

  it('compares a stack trace by its first line and stores the rest beside it', () => {
    const [event] = normalize('2026-03-03 09:00:00 ERROR Foo failed\njava.lang.Error: x\n\tat a.B.c(B.java:1)')
    expect(event?.message).toBe('Foo failed')
    expect(event?.fields['error.stack_trace']).toContain('B.java:1')
  })

  it('gives a line of a file without a time that of the line before it, or of the first one after it', () => {
    const lines = ['# header', '2026-03-03 09:00:00 INFO a', 'no time', '2026-03-03 09:00:05 INFO b', 'no time either']
    const events = createNormalizer().normalize(batchOf(lines, { file: '/var/log/app.log' }))
    const nine = Date.UTC(2026, 2, 3, 9)
    expect(events.map(({ time }) => time)).toEqual([nine, nine, nine, nine + 5000, nine + 5000])
    expect(events.map(({ timeGuessed }) => timeGuessed)).toEqual([true, true, true, true, true])
    const [live] = normalize('no time')
    expect(live?.time).toBe(receivedAt)
    const [alone] = createNormalizer().normalize(batchOf(['no time'], { file: '/var/log/app.log' }))
    expect(alone?.time).toBe(receivedAt)
  })

  it('names the sender of a record, and takes it for the host if the record names none', () => {
    const events = createNormalizer().normalize(
      batchOf(['<34>1 - web-01 su - - - hello', '<34>no host here'], { peers: ['10.0.0.1', '10.0.0.2'] }),
    )
    expect(events).toMatchObject([
      { stream: 'test/web-01/su', fields: { 'log.source.address': '10.0.0.1', 'host.name': 'web-01' } },
      { stream: 'test/10.0.0.2', fields: { 'log.source.address': '10.0.0.2', 'host.name': '10.0.0.2' } },
    ])
  })

  it('takes the host of the folder only for a record that names none', () => {
    const file = '/r/web01/x.log'
    const [named, request] = createNormalizer().normalize(
      batchOf(['<34>1 - web-02 su - - - hello', 'started'], { file, host: 'web01' }),
    )
    expect(named).toMatchObject({ stream: 'test/web-02/su', fields: { 'host.name': 'web-02' } })
    expect(request).toMatchObject({ stream: 'test/web01', fields: { 'host.name': 'web01' } })
  })

  it.each(['host=10.0.3.7 port=41822', 'host=[local]'])('takes no client for the host: %s', (client) => {
    const ended = `2026-11-26 03:26:47.121 UTC [4060] LOG:  disconnection: session time: 0:00:02.113 user=app database=shop ${client}`
    const [event] = createNormalizer().normalize(batchOf([ended]))
    expect(event?.stream).toBe('test')
    expect(event?.fields).toMatchObject({ 'user.name': 'app', 'process.pid': 4060 })
  })

  it('takes no word of what a user asked for a name', () => {
    const replica =
      "11:M 26 Nov 2026 02:15:30.123 * REPLICAOF 10.0.0.6:6379 enabled (user request from 'id=5 addr=10.0.0.9:51820')"
    const [event] = createNormalizer().normalize(batchOf([replica]))
    expect(event?.fields['user.name']).toBeUndefined()
  })

  it('takes the order of day and month from the other lines', () => {
    const days = (...lines: string[]) =>
      normalize(...lines).map(({ time }) => new Date(time).toISOString().slice(0, 10))
    expect(days('02/01/2026 09:00:00 a', '13/01/2026 09:00:00 b')).toEqual(['2026-01-02', '2026-01-13'])
    expect(days('02/01/2026 09:00:00 a', '01/13/2026 09:00:00 b')).toEqual(['2026-02-01', '2026-01-13'])
    expect(days('02/01/2026 09:00:00 a')).toEqual(['2026-02-01'])
  })

  it('loses one record, not the batch, to a parser that throws', () => {
    const normalizer = createNormalizer({
      parseRecord: ({ text }) => {
        if (text === 'bad') throw new Error('oops')
        return { format: 'x', kind: 'event', time: undefined, timeGuessed: true, message: text, fields: {} }
      },
    })
    const events = normalizer.normalize(batchOf(['good', 'bad', 'good']))
    expect(events.map(({ kind }) => kind)).toEqual(['event', 'pipeline_error', 'event'])
    expect(events[1]?.fields['error.message']).toContain('oops')
  })

  it('does not let a line forge a part of an object', () => {
    const [event] = normalize('{"__proto__":["x"],"constructor":"y","message":"m"}')
    expect(Object.getPrototypeOf(event?.fields)).toBe(Object.prototype)
    expect(Object.keys(event?.fields ?? {})).toContain('constructor')
  })

  it('gives the same event again, whatever came before', () => {
    const lines = ['{"a":1,"msg":"x"}', 'Mar  3 09:00:00 h a: b', '2026-03-03 09:00:00 INFO x', 'text', '<13>x: y']
    fc.assert(
      fc.property(fc.shuffledSubarray(lines), fc.constantFrom(...lines), (before, line) => {
        const normalizer = createNormalizer()
        normalizer.normalize(batchOf(before))
        expect(normalizer.normalize(batchOf([line]))).toEqual(normalize(line))
      }),
    )
  })

  it(`survives anything, and keeps it (${keeps('vedette.broken-lines-are-data')})`, () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: anyCharacter, maxLength: 80 }), { maxLength: 5 }), (texts) => {
        const events = createNormalizer().normalize(batchOf(texts))
        expect(events.map(({ original }) => original)).toEqual(texts)
        for (const { time } of events) expect(new Date(time).toISOString()).toBeTruthy()
      }),
    )
  })
})

describe('the counts', () => {
  it('list formats per source, and are reset', () => {
    const normalizer = createNormalizer()
    normalizer.normalize(batchOf(['Mar  3 09:00:00 h a: b', 'Mar  3 09:00:00 h a: c', 'text', '{"x']))
    expect(normalizer.takeCounts()).toEqual([
      {
        source: 'test',
        format: 'syslog/rfc3164',
        parsed: true,
        count: 2,
        sample: 'Mar  3 09:00:00 h a: b',
        lastSeenAt: receivedAt,
      },
      { source: 'test', format: 'plain', parsed: false, count: 1, sample: 'text', lastSeenAt: receivedAt },
      { source: 'test', format: 'json', parsed: false, count: 1, sample: '{"x', lastSeenAt: receivedAt },
    ])
    expect(normalizer.takeCounts()).toEqual([])
  })

  it('list records without a time as not parsed', () => {
    const normalizer = createNormalizer()
    normalizer.normalize(batchOf(['{"msg":"x"}', '{"msg":"x","time":"2026-03-03T09:00:00Z"}']))
    expect(normalizer.takeCounts().map(({ format, parsed }) => [format, parsed])).toEqual([
      ['json without time', false],
      ['json', true],
    ])
  })

  it('list the headers of W3C logs as parsed', () => {
    const normalizer = createNormalizer()
    normalizer.normalize(batchOf(['#Fields: date time s-ip cs-method', '#Date: 2026-11-26 02:15:30', '# a comment']))
    expect(normalizer.takeCounts().map(({ format, parsed, count }) => [format, parsed, count])).toEqual([
      ['w3c-header', true, 2],
      ['plain', false, 1],
    ])
  })

  it('stay bounded', () => {
    let n = 0
    const normalizer = createNormalizer({
      parseRecord: ({ text }) => ({
        format: `f${n++}`,
        kind: 'event',
        time: 0,
        timeGuessed: false,
        message: text,
        fields: {},
      }),
    })
    normalizer.normalize(batchOf(Array.from({ length: 500 }, () => 'x')))
    const counts = normalizer.takeCounts()
    expect(counts.length).toBe(51)
    expect(counts.find(({ format }) => format === 'other')?.count).toBe(450)
  })
})

const loghub = sharedData('data/loghub')

/** File, minimum share parsed, format, first and last time (month to second without a year), number of lines with a level and with a host. */
const files: [name: string, format: string, first: string, last: string, levels: number, hosts: number][] = [
  ['Apache', 'error-log/apache', '2005-12-04T04:47:44', '2005-12-05T19:15:57', 2000, 0],
  ['BGL', 'bluegene', '2005-06-03T22:42:50', '2006-01-03T15:13:09', 2000, 2000],
  ['HDFS', 'generic', '2008-11-09T20:36:15', '2008-11-11T10:20:17', 2000, 0],
  ['Linux', 'syslog/rfc3164', '06-14T15:16:01', '07-27T14:42:00', 0, 2000],
  ['OpenSSH', 'syslog/rfc3164', '12-10T06:55:46', '12-10T11:04:45', 0, 2000],
  ['Spark', 'generic', '2017-06-09T20:10:40', '2017-06-09T20:11:11', 2000, 0],
  ['Windows', 'generic', '2016-09-28T04:30:30', '2016-09-29T02:04:40', 2000, 0],
  ['Zookeeper', 'generic', '2015-07-29T17:41:44', '2015-08-10T18:12:34', 2000, 0],
]

describe('real logs', needs(loghub), () => {
  it.each(files)('parses %s', (name, format, first, last, levels, hosts) => {
    const texts = readFileSync(resolve(loghub.path, name, `${name}_2k.log`), 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '')
    const normalizer = createNormalizer({ zoneMinutes: 0 })
    const events = normalizer.normalize(batchOf(texts))
    const counts = normalizer.takeCounts()
    expect(counts.find((count) => count.format === format)?.count).toBeGreaterThanOrEqual(texts.length * 0.99)
    const iso = (i: number) => new Date(events.at(i)?.time ?? 0).toISOString()
    expect(iso(0)).toContain(first)
    expect(iso(-1)).toContain(last)
    const having = (field: string) => events.filter(({ fields }) => fields[field] !== undefined).length
    if (levels > 0) expect(having('log.level')).toBeGreaterThanOrEqual(levels * 0.99)
    if (hosts > 0) expect(having('host.name')).toBeGreaterThanOrEqual(hosts * 0.99)
  })

  it('counts the same failed logins as grep', () => {
    const texts = readFileSync(resolve(loghub.path, 'OpenSSH/OpenSSH_2k.log'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    const failed = createNormalizer()
      .normalize(batchOf(texts))
      .filter(({ fields }) => fields['event.action'] === 'ssh_login' && fields['event.outcome'] === 'failure')
    expect(failed.length).toBe(texts.filter((line) => /Failed (?:password|none)/.test(line)).length)
    expect(failed.filter(({ fields }) => fields['source.ip'] === '183.62.140.253').length).toBe(286)
    expect(failed.every(({ fields }) => fields['source.ip'] !== undefined)).toBe(true)
  })
})
