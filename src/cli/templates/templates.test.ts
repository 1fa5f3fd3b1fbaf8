import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'
import { widthOf } from '../terminal/terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-templates-'))
afterAll(() => rmSync(folder, { recursive: true }))

const users = ['root', 'admin', 'eve', 'guest']

/** Half an hour of a host under password guessing, with a new message at the end. */
const lines = Array.from({ length: 240 }, (_, i) => {
  const time = `2026-03-01T10:${String(Math.floor(i / 8)).padStart(2, '0')}:${String((i % 8) * 7).padStart(2, '0')}Z`
  const from = `203.0.113.${1 + (i % 9)}`
  if (i === 200) return `${time} web-01 kernel: Out of memory: killed process 4711 (\u001b]0;app) after 120 ms`
  if (i % 3 === 0)
    return `${time} web-01 sshd[${100 + i}]: Failed password for ${users[i % 4]} from ${from} port ${4000 + i} ssh2`
  if (i > 120 && i % 20 === 0) return `${time} web-01 app[7]: peers [${from}, 10.0.0.1] known, ready= true`
  return `${time} web-01 cron[${i}]: (root) CMD (run-parts /etc/cron.hourly)`
})
const write = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const old = Array.from({ length: 40 }, (_, i) =>
  i % 10 === 0
    ? `2026-03-01T10:20:${10 + i}Z web-01 ntpd[9]: clock is ${i} ms ahead`
    : `2026-03-01T10:20:${10 + i}Z web-01 app[7]: peers [10.0.0.${i}] known, ready= false`,
)
const log = write('auth.log', `${lines.join('\n')}\n`)
const early = write('early.log.gz', gzipSync(`${[...lines.slice(0, 120), ...old].join('\n')}\n`))

const steady = (text: string): string => text.replaceAll(/in \d+\.\d s/g, 'in 0.0 s')
const deps = (columns: number) => {
  const written = { text: '' }
  const write = (text: string): void => {
    written.text += text
  }
  return { out: { write, isTty: false, columns }, written }
}

describe('vedette templates', () => {
  it.each([80, 120])('writes a report in %i columns', async (columns) => {
    const { out, written } = deps(columns)
    expect((await runFake(['templates', log], { out })).code).toBe(0)
    for (const line of written.text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
    await expect(steady(written.text)).toMatchFileSnapshot(`fixtures/templates-${columns}.txt`)
  })

  it('compares two logs, most surprising change first', async () => {
    const { code, out } = await runFake(['templates', log, '--compare', early])
    expect(code).toBe(0)
    await expect(steady(out)).toMatchFileSnapshot('fixtures/templates-compare.txt')
    const same = await runFake(['templates', log, '--compare', log])
    expect(same.out).toContain('No template is new')
  })

  it('prints the final template of each line', async () => {
    const input = ['a 1', '', '  b 2', 'a 2', ...['p', 'q', 'r', 's', 't'].map((x) => `the ${x} is here`)].join('\n')
    const { code, out } = await runFake(['templates', '--format', 'plain', '--per-line'], { input })
    expect(code).toBe(0)
    const rows = out
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row))
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(rows.map(({ template }) => template)).toEqual([
      'a <*>',
      '',
      'b <*>',
      'a <*>',
      ...new Array<string>(5).fill('the <*> is here'),
    ])
    expect(new Set(rows.slice(4).map((row) => row.template_id)).size).toBe(1)
  })

  it('prints a document', async () => {
    const { out } = await runFake(['templates', log, '--json'])
    const document = JSON.parse(out)
    expect(document).toMatchObject({ files: 1, lines: 240 })
    const failed = document.templates.find(({ template }: { template: string }) => template.startsWith('Failed'))
    expect(failed).toMatchObject({ count: 80, first_line: 1, last_line: 238, first_seen: '2026-03-01T10:00:00.000Z' })
    const types = failed.parameters.map(({ types }: { types: string[] }) => types)
    expect(types).toEqual([['user'], ['address'], ['number'], ['text']])
    expect(failed.histogram.reduce((sum: number, value: number) => sum + value, 0)).toBe(80)
  })

  it('explains invalid input', async () => {
    expect(await runFake(['templates', join(folder, 'none')])).toMatchObject({ code: 3 })
    expect(await runFake(['templates', log, '--format', 'xml'])).toMatchObject({ code: 2 })
    expect(await runFake(['templates'], { tty: true })).toMatchObject({ code: 2 })
    const empty = write('empty.log', '')
    expect((await runFake(['templates', log, '--compare', empty])).code).not.toBe(0)
  })
})
