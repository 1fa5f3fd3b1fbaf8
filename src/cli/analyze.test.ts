import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analysis } from '../schema/analysis.ts'
import { incident } from '../schema/incident.ts'
import { runFake } from './cli.fake.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-analyze-'))
  mkdirSync(join(folder, 'logs'))
  writeFileSync(join(folder, 'logs/auth.log'), lines.slice(100).join('\n'))
  writeFileSync(join(folder, 'logs/auth.log.1.gz'), gzipSync(`${lines.slice(0, 100).join('\n')}\n`))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const clock = (seconds: number) => new Date(Date.UTC(2026, 0, 10, 2) + seconds * 1000).toISOString().slice(11, 19)
/** A password that is guessed 150 times and then right. */
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
  it('names the incident, with the line that matters, from a rotated log', async () => {
    const { code, out, err } = await analyze([join(folder, 'logs')])
    expect(code).toBe(0)
    expect(out).toContain('203.0.113.45')
    expect(out).toContain('Accepted password for dana')
    expect(out).toMatch(/auth\.log:.*51/)
    expect(out).toContain('Read 2 files, 151 lines')
    expect(err).toMatch(/^auth\.log: syslog\/rfc3164 100\.0 %\n$/)
  })

  it('prints one document, one incident a line, or Markdown', async () => {
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

  it('reads what is piped in, also without a word', async () => {
    const input = lines.join('\n')
    expect((await analyze(['-', '--json', '--source', 'mine'], { input })).out).toContain('"source": "mine"')
    expect((await runFake([], { env, cwd: folder, input })).out).toContain('Read 151 lines')
    expect(await analyze([], { tty: true })).toMatchObject({ code: 2, out: '' })
  })

  it('reads times that name no zone in the zone it is told', async () => {
    const from = async (...words: string[]) =>
      JSON.parse((await analyze([join(folder, 'logs'), '--json', ...words])).out).from
    expect((await from()).slice(11, 16)).toBe('02:00')
    expect((await from('--zone', '+02:00')).slice(11, 16)).toBe('00:00')
    expect(await analyze([join(folder, 'logs'), '--zone', 'Mars'])).toMatchObject({ code: 2, out: '' })
  })

  it('ends with the code that says how it went', async () => {
    const logs = join(folder, 'logs')
    expect(await analyze([logs, '--fail-on', 'info'])).toMatchObject({ code: 1 })
    const guessed = { input: lines.slice(0, 150).join('\n') }
    expect(await analyze(['-', '--fail-on', 'critical'], guessed)).toMatchObject({ code: 0 })
    expect(await analyze([logs, '--fail-on', 'much'])).toMatchObject({ code: 2, out: '' })
    expect(await analyze([logs, '--frob'])).toMatchObject({ code: 2, out: '' })
    expect(await analyze([join(folder, 'none')])).toMatchObject({
      code: 3,
      err: expect.stringContaining('no such file'),
    })
    expect(await analyze(['-'], { input: '' })).toMatchObject({ code: 3 })
    expect(await analyze([logs, join(folder, 'none')])).toMatchObject({ code: 5 })
  })

  it('tells what it has when it is stopped', async () => {
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

  it('leaves the terminal alone, whatever the lines say', async () => {
    const hostile = '\u001b]0;owned\u0007\u001b[2J\u202e'
    const input = lines.map((line) => line.replaceAll('dana', `dana${hostile}`)).join('\n')
    const { out, err } = await analyze(['-', '--source', hostile], { input })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
    expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })
})
