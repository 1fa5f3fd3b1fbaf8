import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { type Chunk, readChunks } from './file-chunks.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-chunks-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const timeOf = () => undefined
const now = () => 1
const read = async (paths: readonly string[], chunkBytes: number, stdin?: Readable) => {
  const { chunks, report } = readChunks(paths, { chunkBytes, timeOf, now, stdin })
  const all: Chunk[] = []
  for await (const chunk of chunks) all.push(chunk)
  return { all, report, text: all.map(({ bytes }) => bytes.toString()).join('') }
}

it('cuts only between records, and loses nothing, whatever the chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[a-z]{1,8}(\n {1,2}at [a-z]{1,4}){0,3}$/), { minLength: 1 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 40, max: 100 }),
      async (records, piece, chunkBytes) => {
        const whole = records.map((record) => `${record}\n`).join('')
        const pieces: Buffer[] = []
        for (let i = 0; i < whole.length; i += piece) pieces.push(Buffer.from(whole.slice(i, i + piece)))
        const { all, text, report } = await read(['-'], chunkBytes, Readable.from(pieces))
        expect(text).toBe(whole)
        expect(all.every(({ bytes }) => bytes[0] !== 32)).toBe(true)
        expect(all.map(({ index }) => index)).toEqual(all.map((_, index) => index))
        expect(report.lines).toBe(whole.split('\n').length - 1)
      },
    ),
    { numRuns: runs(50) },
  )
})

it('reads rotated and compressed files in order, each chunk from one file', async () => {
  writeFileSync(join(folder, 'x.log'), 'c\nd')
  writeFileSync(join(folder, 'x.log.1.gz'), gzipSync('a\nb\n'))
  const { all, text, report } = await read([folder], 100)
  expect(text).toBe('a\nb\nc\nd\n')
  expect(all.map(({ source, lines }) => [source, lines])).toEqual([
    ['x.log', 2],
    ['x.log', 2],
  ])
  expect(report.files).toBe(2)
})

it('keeps the beginning of a line that is longer than a record may be', async () => {
  writeFileSync(join(folder, 'x.log'), `${'x'.repeat(2_000_000)}\nnext\n`)
  const { all } = await read([folder], 100_000)
  expect(all.map(({ bytes, index }) => [bytes.length, index])).toEqual([
    [1_048_577, 0],
    [5, 1],
  ])
  expect(all.at(-1)?.bytes.toString()).toBe('next\n')
})

it('returns the output of a slow pipe', async () => {
  const pipe = new PassThrough()
  pipe.write('one\ntwo\nthr')
  const { chunks } = readChunks(['-'], { chunkBytes: 1_000, timeOf, now, stdin: pipe, quietMs: 10 })
  const texts: string[] = []
  for await (const { bytes } of chunks) {
    texts.push(bytes.toString())
    if (texts.length === 1) pipe.end('ee\n')
  }
  expect(texts).toEqual(['one\ntwo\n', 'three\n'])
})

it('writes the records of a document one per line, so that chunks contain whole records', async () => {
  const records = Array.from({ length: 20_000 }, (_, i) => ({
    eventTime: '2026-01-05T10:00:00Z',
    i,
    x: 'y'.repeat(60),
  }))
  writeFileSync(join(folder, 'trail.json.gz'), gzipSync(JSON.stringify({ Records: records })))
  const { all, text, report } = await read([join(folder, 'trail.json.gz')], 100_000)
  expect(text).toBe(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  expect(all.length).toBeGreaterThan(10)
  expect(all.every(({ bytes }) => bytes.at(0) === 123 && bytes.at(-1) === 10)).toBe(true)
  expect(report.lines).toBe(20_000)
})

it('turns a file around that begins with its newest line', async () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => `${i} done`)
  writeFileSync(join(folder, 'x.log'), lines.toReversed().join('\n'))
  const timed = { timeOf: (line: string) => Number.parseInt(line, 10), now, chunkBytes: 10_000 }
  const texts: string[] = []
  for await (const { bytes } of readChunks([folder], timed).chunks) texts.push(bytes.toString())
  expect(texts.length).toBeGreaterThan(2)
  expect(texts.join('')).toBe(`${lines.join('\n')}\n`)
})
