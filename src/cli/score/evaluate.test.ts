import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-evaluate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

const rows = Array.from({ length: 300 }, (_, n) => `${(n * 7) % 11},${(n * 5) % 13},normal`)
const table = file('table.csv', ['a,b,kind', ...rows, '500,-400,attack', '-300,900,attack'])
const sessions = file('sessions.csv', [
  'session,events,label',
  ...Array.from({ length: 200 }, (_, n) => `s${n},open read read close,0`),
  'rare,open erase erase erase,1',
])
const series = file('series.csv', [
  'timestamp,value,label',
  ...Array.from(
    { length: 2000 },
    (_, n) => `${1767600000 + n * 60},${n === 1500 ? 900 : 10 + ((n * 7) % 5)},${n === 1500 ? 1 : 0}`,
  ),
])

describe('evaluate', () => {
  it('measures table scores against text labels that the scorer never sees', async () => {
    const { code, out } = await runFake(['evaluate', 'table', table, '--label', 'kind', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ rows: 302, odd: 2, auc: 1, ap: 1, best_f1: 1 })
  })

  it('measures session and series scores at the default threshold', async () => {
    const ofSessions = JSON.parse((await runFake(['evaluate', 'sessions', sessions, '--json'])).out)
    expect(ofSessions).toMatchObject({ rows: 201, odd: 1, auc: 1, true_positives: 1, false_positives: 0 })
    const ofSeries = JSON.parse((await runFake(['evaluate', 'series', series, '--json'])).out)
    expect(ofSeries).toMatchObject({ rows: 2000, odd: 1, auc: 1, true_positives: 1, threshold: null })
  })

  it('prints text, at a given threshold', async () => {
    const { out } = await runFake(['evaluate', 'table', table, '--label', 'kind', '--threshold', '0'])
    expect(out).toContain('302 rows, 2 anomalous')
    expect(out).toContain('from 0: 2 true positives, 300 false positives, 0 false negatives, 0 true negatives')
  })

  it('reports faulty labels', async () => {
    const none = await runFake(['evaluate', 'table', table])
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('--label COLUMN. Columns: a, b, kind') })
    const all = await runFake(['evaluate', 'table', table, '--label', 'kind', '--normal', 'fine'])
    expect(all).toMatchObject({ code: 2, err: expect.stringContaining('--normal WORD') })
  })
})
