import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { deepRun } from '../../../test/depth.ts'
import { needs, sharedData } from '../../../test/needs.ts'
import { type RowScore, scoreRows } from './score-table.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-score-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, text: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const lines = (count: number, odd = false): string =>
  Array.from({ length: count }, (_, i) => `${i % 7},${odd && i === 5 ? 'gre' : 'tcp'},${i}`).join('\n')
const score = async (path: string, more: { exclude?: string[]; train?: string; stdin?: string } = {}) => {
  const notes: string[] = []
  const rows: RowScore[] = []
  const stdin = Readable.from([Buffer.from(more.stdin ?? '')])
  for await (const row of scoreRows({ path, ...more, stdin, onNote: (note) => notes.push(note) })) rows.push(row)
  return { rows, notes }
}
const oddest = (rows: readonly RowScore[]) => rows.toSorted((a, b) => b.score - a.score)[0]

describe('scoring a table', () => {
  it('scores rows with reasons, from a file, a compressed file and stdin', async () => {
    const text = `size,protocol,id\n${lines(200, true)}\n`
    const plain = await score(write('a.csv', text), { exclude: ['id'] })
    expect(plain.rows).toHaveLength(200)
    expect(oddest(plain.rows)?.row).toBe(5)
    expect(oddest(plain.rows)?.why()[0]).toMatchObject({ column: 'protocol', value: 'gre' })
    const scores = plain.rows.map((row) => row.score)
    const packed = await score(write('a.csv.gz', gzipSync(text)), { exclude: ['id'] })
    expect(packed.rows.map((row) => row.score)).toEqual(scores)
    const piped = await score('-', { exclude: ['id'], stdin: text })
    expect(piped.rows.map((row) => row.score)).toEqual(scores)
  })

  it('takes the rows of another file as normal, whatever the order of its columns', async () => {
    const train = write('train.csv', `size,protocol,id\n${lines(300)}\n`)
    const path = write('b.csv', 'protocol,note,size\ntcp,x,3\ntcp,y,900\nicmp,x,3\n')
    const { rows } = await score(path, { train, exclude: ['id', 'note'] })
    expect(rows.map((row) => row.score > 0.9)).toEqual([false, true, true])
    expect(rows[2]?.why()[0]).toMatchObject({ column: 'protocol', value: 'icmp' })
  })

  it('says what it could not leave out, and what it misses', async () => {
    const path = write('c.csv', 'a\n1\n2\n')
    expect((await score(path, { exclude: ['label'] })).notes).toEqual([`${path} has no column "label" to exclude.`])
    await expect(score(path, { exclude: ['a'] })).rejects.toThrow('Every column')
    await expect(score(path, { train: write('d.csv', 'b\n1\n') })).rejects.toThrow('has no column "b"')
    await expect(score(join(folder, 'none.csv'))).rejects.toThrow('No such file')
    await expect(score(write('e.csv', ''))).rejects.toThrow('no header')
    await expect(score('-', { train: '-' })).rejects.toThrow('Only one of the two files')
    expect((await score(write('f.csv', 'a,b\n'))).rows).toEqual([])
  })
})

const network = sharedData('data/security/nsl_kdd_train20.csv.gz')

describe('network records', needs(network), () => {
  it('finds attacks by what is normal: area under the ROC curve above 0.97', needs(deepRun), async () => {
    const [header = '', ...records] = gunzipSync(readFileSync(network.path)).toString().trim().split('\n')
    const attackAt = header.split(',').indexOf('attack')
    const isNormal = (line: string) => line.split(',')[attackAt] === 'normal'
    const normal = records.filter(isNormal)
    const train = write('train-network.csv', [header, ...normal.filter((_, i) => i % 2 === 0)].join('\n'))
    const asked = [...normal.filter((_, i) => i % 2 === 1), ...records.filter((line) => !isNormal(line))]
    const { rows } = await score(write('network.csv', [header, ...asked].join('\n')), {
      train,
      exclude: ['attack', 'difficulty'],
    })
    const order = rows.toSorted((a, b) => a.score - b.score)
    const attacks = order.flatMap(({ row }, rank) => (isNormal(asked[row] ?? '') ? [] : [rank]))
    const pairs = attacks.length * (rows.length - attacks.length)
    const above = attacks.reduce((sum, rank, i) => sum + rank - i, 0)
    expect(above / pairs).toBeGreaterThan(0.97)
  })
})
