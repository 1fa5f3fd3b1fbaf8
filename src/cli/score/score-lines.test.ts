import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runFake } from '../cli.fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-lines-'))
afterAll(() => rmSync(folder, { recursive: true }))

const scored = z.object({
  file: z.string().optional(),
  line: z.number(),
  score: z.number().min(0).max(1),
  level: z.string().nullish(),
  template: z.string().optional(),
})
const score = async (args: readonly string[], input = '') => {
  const { code, out, err } = await runFake(['score', 'lines', ...args], { input })
  const rows = out
    .split('\n')
    .filter(Boolean)
    .map((line) => scored.parse(JSON.parse(line)))
  return { code, err, rows, scores: rows.map((row) => row.score) }
}

const log = [
  '2026-01-05T10:00:00Z web INFO request served in 3 ms',
  '2026-01-05T10:00:01Z web WARNING queue is long',
  '2026-01-05T10:00:02Z web ERROR answer 17 is late',
  '2026-01-05T10:00:03Z web ERROR answer 18 failed',
  '2026-01-05T10:00:04Z web FATAL data corrupted',
]

describe('vedette score lines', () => {
  it('scores by level, then by words', async () => {
    const { code, rows, scores } = await score(['-'], `${log.join('\n')}\n`)
    expect(code).toBe(0)
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5])
    expect(scores).toEqual(scores.toSorted((a, b) => a - b))
    expect(new Set(scores).size).toBe(5)
    expect(scores[2]).toBeGreaterThan(0.52)
    expect(scores[1]).toBeLessThan(0.52)
  })

  it('scores lines without a level by their words, ignoring values', async () => {
    const lines = ['cannot open the door', 'disk is full', 'read /srv/fatal/error/7', 'read /srv/anna/7']
    const { rows } = await score(['-', '--explain'], `${lines.join('\n')}\n`)
    expect(rows[0]?.score).toBeGreaterThan(0.52)
    expect(rows[1]?.score).toBeGreaterThan(rows[0]?.score ?? 1)
    expect(rows[2]).toMatchObject({ score: rows[3]?.score, level: null, template: 'read <*>' })
  })

  it('names the file if there are several, and reads compressed files', async () => {
    mkdirSync(join(folder, 'logs'))
    writeFileSync(join(folder, 'logs/a.log'), `${log[0]}\n`)
    writeFileSync(join(folder, 'logs/b.log.gz'), gzipSync(`${log[4]}\n`))
    const { rows } = await score([join(folder, 'logs')])
    expect(rows.map(({ file }) => file)).toEqual([join(folder, 'logs/a.log'), join(folder, 'logs/b.log.gz')])
    const single = await score([join(folder, 'logs/a.log')])
    expect(single.rows.map(({ file }) => file)).toEqual([undefined])
  })

  it('reports an unreadable file', async () => {
    const { code, err } = await score([join(folder, 'none.log')])
    expect(code).not.toBe(0)
    expect(err).toContain('none.log')
  })
})
