import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-sessions-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const normal = Array.from({ length: 60 }, (_, i) => `n${i},open ${'read '.repeat(1 + (i % 3))}close`)
const csv = (rows: readonly string[]) => `session,events\n${rows.join('\n')}\n`
const score = async (args: readonly string[], input = '') => {
  const { code, out, err } = await runFake(['score', 'sessions', ...args], { input })
  const rows: { session: string; score: number; why?: string[] }[] = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  return { code, err, rows, scores: new Map(rows.map((row) => [row.session, row.score])) }
}

describe('vedette score sessions', () => {
  it('scores against normal sessions, in file order', async () => {
    const train = file('train.csv.gz', gzipSync(csv(normal)))
    const input = csv(['a,open read close', 'b,open erase close', '"c, d","open read"'])
    const { code, rows, scores } = await score(['-', '--train', train], input)
    expect(code).toBe(0)
    expect(rows.map(({ session }) => session)).toEqual(['a', 'b', 'c, d'])
    expect(scores.get('a')).toBeLessThan(0.1)
    expect(scores.get('b')).toBeGreaterThan(0.5)
    expect(scores.get('c, d')).toBeGreaterThan(0.5)
  })

  it('scores without training data, ignores other columns and whitespace, and gives reasons', async () => {
    const rows = [...normal, 'rare,open  panic\tclose '].map((row) => `x,${row},1\r`)
    const path = file('all.csv', `host,session,events,label\r\n${rows.join('\n')}`)
    const { rows: scored, scores } = await score([path, '--explain'])
    expect(scored).toHaveLength(61)
    expect(Math.max(...scores.values())).toBe(scores.get('rare'))
    expect(scored.at(-1)?.why?.[0]).toContain('"panic"')
  })

  it('reads empty cells, and cells that span lines and chunks', async () => {
    const long = Array.from({ length: 40_000 }, (_, i) => `e${i % 7}`).join('\n')
    const { rows } = await score(['-'], csv([`"a ""b""","${long}"`, ',', 'c,e1 e2']))
    expect(rows.map(({ session }) => session)).toEqual(['a "b"', '', 'c'])
    expect(rows.every(({ score }) => Number.isFinite(score))).toBe(true)
  })

  it('reports a faulty file', async () => {
    expect(await score(['/nowhere/x.csv'])).toMatchObject({ code: 3, err: expect.stringContaining('/nowhere/x.csv') })
    expect(await score(['-'], 'id,events\n1,a\n')).toMatchObject({ code: 2, err: expect.stringContaining('"session"') })
    expect(await score(['-'], '')).toMatchObject({ code: 3, err: expect.stringContaining('empty') })
    expect(await score(['-', '--train', '-'])).toMatchObject({ code: 2 })
  })
})
