import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { casesOf, deepRun } from '../../../test/depth.ts'
import { needs } from '../../../test/needs.ts'
import { analysis } from '../../schema/analysis.ts'
import { incident } from '../../schema/incident/incident.ts'
import { runFake } from '../cli.fake.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-analyze-'))
  mkdirSync(join(folder, 'logs'))
  writeFileSync(join(folder, 'logs/auth.log'), lines.slice(100).join('\n'))
  writeFileSync(join(folder, 'logs/auth.log.1.gz'), gzipSync(`${lines.slice(0, 100).join('\n')}\n`))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const clock = (seconds: number) => new Date(Date.UTC(2026, 0, 10, 2) + seconds * 1000).toISOString().slice(11, 19)
/** 150 failed logins, then a successful one. */
const lines = [
  ...Array.from(
    { length: 150 },
    (_, i) =>
      `Jan 10 ${clock(i * 2)} web-01 sshd[${i + 400}]: Failed password for dana from 203.0.113.45 port ${40_000 + i} ssh2`,
  ),
  `Jan 10 ${clock(310)} web-01 sshd[999]: Accepted password for dana from 203.0.113.45 port 41000 ssh2`,
]
const env = { HOME: '/nowhere', VEDETTE_DETECTORS: '[{type: sequence}]' }
const analyze = (words: readonly string[], changes: Parameters<typeof runFake>[1] = {}) =>
  runFake(['analyze', ...words], { env, cwd: folder, ...changes })

describe('vedette analyze', () => {
  it('reports the incident and its decisive line from a rotated log', async () => {
    const { code, out, err } = await analyze([join(folder, 'logs')])
    expect(code).toBe(0)
    expect(out).toContain('203.0.113.45')
    expect(out).toContain('Accepted password for dana')
    expect(out).toMatch(/auth\.log:.*51/)
    expect(out).toContain('Read 2 files, 151 lines')
    expect(err).toMatch(/^auth\.log: syslog\/rfc3164 100 %\n$/)
  })

  it('prints one document, one incident per line, or Markdown', async () => {
    const document = analysis.parse(JSON.parse((await analyze([join(folder, 'logs'), '--json'])).out))
    expect(document.records).toBe(151)
    const [first] = document.incidents
    expect(
      first?.evidence.some(({ line, origin }) => line.includes('Accepted') && origin?.endsWith('auth.log:51')),
    ).toBe(true)
    const rows = (await analyze([join(folder, 'logs'), '--ndjson'])).out.trim().split('\n')
    expect(rows.map((row) => incident.parse(JSON.parse(row)).title)).toEqual(
      document.incidents.map(({ title }) => title),
    )
    expect((await analyze([join(folder, 'logs'), '--md'])).out).toMatch(/^# \d+ incident/)
  })

  it('says that rates are not compared if no line has a time', async () => {
    writeFileSync(join(folder, 'plain.log'), Array.from({ length: 50 }, (_, i) => `order ${i} accepted`).join('\n'))
    const note = 'Rates and silences were not compared'
    const { out } = await analyze([join(folder, 'plain.log')])
    expect(out.replaceAll(/\s+/g, ' ')).toContain(note)
    expect(out).not.toContain('UTC')
    expect((await analyze([join(folder, 'plain.log'), '--md'])).out).toContain(note)
    expect(analysis.parse(JSON.parse((await analyze([join(folder, 'plain.log'), '--json'])).out)).undated).toBe(true)
    expect((await analyze([join(folder, 'logs')])).out.replaceAll(/\s+/g, ' ')).not.toContain(note)
  })

  it('reads piped lines, even without a command', async () => {
    const input = lines.join('\n')
    expect((await analyze(['-', '--json', '--source', 'mine'], { input })).out).toContain('"source": "mine"')
    expect((await runFake([], { env, cwd: folder, input })).out).toContain('Read 151 lines')
    expect(await analyze([], { tty: true })).toMatchObject({ code: 2, out: '' })
  })

  it('reads CloudTrail files in every layout', needs(deepRun), async () => {
    const record = (i: number) => ({
      eventVersion: '1.08',
      userIdentity: { type: 'Root', arn: 'arn:aws:iam::1:root' },
      eventTime: `2026-01-05T10:00:0${i}Z`,
      eventSource: i === 3 ? 'signin.amazonaws.com' : 's3.amazonaws.com',
      eventName: i === 3 ? 'ConsoleLogin' : 'ListBuckets',
      responseElements: { ConsoleLogin: 'Success' },
      sourceIPAddress: '203.0.113.9',
    })
    const whole = { Records: Array.from({ length: 5 }, (_, i) => record(i)) }
    const rules = { env: { HOME: '/nowhere' } }
    for (const text of [JSON.stringify(whole), JSON.stringify(whole, null, 2)]) {
      writeFileSync(join(folder, 'trail.json.gz'), gzipSync(text))
      const document = analysis.parse(JSON.parse((await analyze([join(folder, 'trail.json.gz'), '--json'], rules)).out))
      expect([document.records, document.parsed]).toEqual([5, 5])
      expect(document.alerts.map(({ title }) => title)).toContainEqual(
        expect.stringContaining('AWS root user logged in'),
      )
    }
    const truncated = await analyze(['-'], { ...rules, input: JSON.stringify(whole).slice(0, -50) })
    expect(truncated.out).toContain('Read 5 lines')
    expect(truncated.out).toMatch(/parsed 80(\.0)? %/)
    expect(truncated.err).toContain('1 line not parsed')
  })

  const unreadable: readonly (readonly [string, string, Buffer, RegExp])[] = [
    [
      'an SQLite database',
      'x.db',
      Buffer.from('SQLite format 3\0'),
      /It is an SQLite database, which cannot be read\. Export its rows/,
    ],
    ['an image', 'x.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0]), /It is a PNG image/],
    ['a 7z archive', 'x.7z', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]), /It is a 7z archive/],
  ]
  it.each(casesOf(unreadable))('explains that it cannot read %s', async (_name, file, bytes, sentence) => {
    const path = join(folder, file)
    writeFileSync(path, bytes)
    const alone = await analyze([path])
    expect([alone.code, alone.err.trim().split('\n').length]).toEqual([3, 1])
    expect(alone.err).toMatch(sentence)
    const among = await analyze([path, join(folder, 'logs')])
    expect(among).toMatchObject({ code: 5, out: expect.stringContaining('1 file skipped') })
    const piped = await analyze(['-'], { input: bytes })
    expect([piped.code, sentence.test(piped.err)]).toEqual([3, true])
    rmSync(path)
  })

  it('says once for a folder that its files are no logs, and succeeds', async () => {
    const path = join(folder, 'statistics')
    mkdirSync(path)
    for (const name of ['sa24', 'sa25', 'sa26'])
      writeFileSync(join(path, name), Buffer.concat([Buffer.from([0x96, 0xd5]), Buffer.alloc(1000)]))
    const { code, err } = await analyze([path, join(folder, 'logs')])
    expect([code, err.match(/sa2\d.*/g)]).toEqual([
      0,
      [expect.stringMatching(/^sa24 and 2 other files of this folder: Left out: it is binary data/)],
    ])
    rmSync(path, { recursive: true })
  })

  it.each([
    ['Latin-1', Buffer.from(lines.join('\n').replaceAll('dana', 'd\xe4na'), 'latin1')],
    ['UTF-16', Buffer.from(`\ufeff${lines.join('\n')}`, 'utf16le')],
  ])('reads text in %s', async (_name, bytes) => {
    const path = join(folder, 'other.log')
    writeFileSync(path, bytes)
    expect(await analyze([path])).toMatchObject({ code: 0, out: expect.stringContaining('Read 1 file, 151 lines') })
    rmSync(path)
  })

  it('says how to correct a guess, and takes the time from the given field', async () => {
    const linesWith = (fields: object) =>
      [1, 2, 3].map((i) => JSON.stringify({ ...fields, wort: `Eins zwei drei ${i}` })).join('\n')
    const input = linesWith({ wann: 'bald' })
    expect((await analyze(['-'], { input })).err).toContain(
      'No field has a time. If one does, name it: --map time=NAME',
    )
    const mapped = await analyze(['-', '--json', '--map', 'time=b', '--map', 'message=wort'], {
      input: linesWith({ a: '2026-01-01T10:00:00Z', b: '2026-02-01T10:00:00Z' }),
    })
    expect(JSON.parse(mapped.out).from).toBe('2026-02-01T10:00:00.000Z')
    expect(mapped.err).toContain('json 100 %')
    expect(await analyze(['-', '--map', 'when=x'], { input })).toMatchObject({ code: 2, out: '' })
  })

  it('reads timestamps without a zone in the given zone', needs(deepRun), async () => {
    const from = async (...words: string[]) =>
      JSON.parse((await analyze([join(folder, 'logs'), '--json', ...words])).out).from
    expect((await from()).slice(11, 16)).toBe('02:00')
    expect((await from('--zone', '+02:00')).slice(11, 16)).toBe('00:00')
    expect(await analyze([join(folder, 'logs'), '--zone', 'Mars'])).toMatchObject({ code: 2, out: '' })
  })

  it('exits with the documented codes', async () => {
    const logs = join(folder, 'logs')
    expect(await analyze([logs, '--fail-on', 'info'])).toMatchObject({ code: 1 })
    const guessed = { input: lines.slice(0, 150).join('\n') }
    expect(await analyze(['-', '--fail-on', 'critical'], guessed)).toMatchObject({ code: 0 })
    expect(await analyze([logs, '--fail-on', 'much'])).toMatchObject({ code: 2, out: '' })
    expect(await analyze([logs, '--frob'])).toMatchObject({ code: 2, out: '' })
    expect(await analyze([join(folder, 'none')])).toMatchObject({
      code: 3,
      err: expect.stringContaining('No such file'),
    })
    expect(await analyze(['-'], { input: '' })).toMatchObject({ code: 3 })
    expect(await analyze([logs, join(folder, 'none')])).toMatchObject({ code: 5 })
  })

  it('reports what it has when interrupted', needs(deepRun), async () => {
    const stop = new AbortController()
    const endless = Readable.from(
      (async function* () {
        for (let i = 0; ; i++) {
          if (i === 200) stop.abort()
          yield Buffer.from(`${lines.join('\n')}\n`)
          await new Promise((done) => setImmediate(done))
        }
      })(),
    )
    const { code, out } = await analyze(['-'], { stdin: endless, signal: stop.signal })
    expect(code).toBe(130)
    expect(out).toContain('Stopped early: read')
  })

  it('reports the few lines that a pipe has written when interrupted', async () => {
    const stop = new AbortController()
    let reads = 0
    const waiting = new Readable({
      read() {
        reads += 1
        if (reads === 1) this.push(`${lines.join('\n')}\n`)
        else setTimeout(() => stop.abort(), 100)
      },
    })
    const { code, out } = await analyze(['-'], { stdin: waiting, signal: stop.signal })
    expect(code).toBe(130)
    expect(out).toContain('Stopped early: read 151 lines')
    expect(out).toContain('Accepted password for dana')
  })

  it('never lets log text control the terminal', async () => {
    const hostile = '\u001b]0;owned\u0007\u001b[2J\u202e'
    const input = lines.map((line) => line.replaceAll('dana', `dana${hostile}`)).join('\n')
    const { out, err } = await analyze(['-', '--source', hostile], { input })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may remain
    expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })
})
