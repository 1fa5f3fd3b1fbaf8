import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { readChunks } from '../../pipeline/ingest/file/file-chunks.ts'
import { createKeeper } from '../../pipeline/ingest/file/file-keeper.fake.ts'
import { recordsOf } from '../../pipeline/ingest/file/file-lines.ts'
import { readFiles } from '../../pipeline/ingest/file/read-files.ts'
import { recordsOfText } from '../../pipeline/ingest/join/join-records.ts'
import { boundaryLines, logs } from '../../pipeline/ingest/join/logs.fake.ts'
import { textOfObject } from '../../pipeline/ingest/s3/object-text.ts'
import { readStream } from '../../pipeline/ingest/stdin.ts'
import { readFrames } from '../../pipeline/ingest/syslog/syslog-frames.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'
import { readRecords } from './record-body.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-inputs-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const now = () => 1
const timeOf = (text: string, zoneMinutes?: number) =>
  parseRecord({ text, source: '', receivedAt: Date.UTC(2026, 1), zoneMinutes }).time
const written = (text: string): string => {
  const path = join(folder, 'x.log')
  writeFileSync(path, text)
  return path
}
function* cut(text: string, size: number): Generator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const textsOf = (batches: readonly (readonly { readonly text: string }[])[]) => batches.flat().map(({ text }) => text)

/** The records of a body, as the server reads them. */
const sent = async (bytes: AsyncIterable<Uint8Array>, type?: string) =>
  (await Array.fromAsync(readRecords(bytes, type))).flatMap(({ texts }) => texts)
/** The records of a text that `vedette ingest` forwards, as the server reads them. */
const forwarded = async (paths: readonly string[], chunkBytes: number, stdin?: Readable) => {
  const texts: string[] = []
  for await (const { bytes, type } of readChunks(paths, { chunkBytes, timeOf, now, stdin }).chunks) {
    texts.push(...(await sent(Readable.from([bytes]), `${type}; charset=utf-8`)))
  }
  return texts
}

type Input = (text: string) => Promise<readonly string[]> | readonly string[]
const inputs: Readonly<Record<string, Input>> = {
  analyze: async (text) => textsOf(await Array.fromAsync(readFiles([written(text)], { timeOf, now }).batches)),
  'vedette ingest, in small chunks': (text) => forwarded([written(text)], 200),
  'vedette ingest, in one chunk': (text) => forwarded([written(text)], 1_000_000),
  'vedette ingest of a pipe': (text) => forwarded(['-'], 500, Readable.from(cut(text, 11))),
  'a body without a type': (text) => sent(Readable.from(cut(text, 100))),
  'a body of text': (text) => sent(Readable.from(cut(text, 1_000)), 'text/plain'),
  'standard input': async (text) => {
    const records: { readonly text: string }[] = []
    const source = readStream(Readable.from(cut(text, 7)), { source: 'x', now })
    await source.run(async (some) => void records.push(...some), new AbortController().signal)
    return textsOf([records])
  },
  'a followed file': async (text) => {
    written(text)
    const keeper = createKeeper(folder)
    await keeper.start({ follow: false }).done
    return keeper.texts
  },
  'an S3 object': async (text) =>
    textsOf(await Array.fromAsync(recordsOf(textOfObject(Readable.from(cut(text, 50))), { source: 'x', now }))),
  'a connection': (text) => {
    const reader = readFrames(1_000_000)
    const texts = [...cut(text, 13)].flatMap((bytes) => reader.push(bytes))
    return [...texts, ...reader.flush()]
  },
  'a document of MCP': (text) => recordsOfText(text),
}

describe.each(Object.entries(inputs))('%s', (_name, read) => {
  it.each(Object.entries(logs))('reads %s', async (_log, { text, records }) => {
    expect(await read(text)).toEqual(records)
  })
})

describe('an export that begins with its newest record', () => {
  const header = 'time,message'
  const rows = Array.from({ length: 30 }, (_, i) => `2026-01-05T10:00:${i + 10}Z,request ${i}`)
  const text = `${[header, ...rows.toReversed()].join('\n')}\n`
  const expected = rows.map((row) => row.slice(row.indexOf(',') + 1))

  it.each([
    'analyze',
    'vedette ingest, in one chunk',
    'vedette ingest of a pipe',
    'a body without a type',
    'a body of text',
  ])('is read oldest first by %s', async (name) => {
    const texts = (await inputs[name]?.(text)) ?? []
    expect(texts.map((row) => JSON.parse(row).message)).toEqual(expected)
  })
})

it('forwards the same records, whatever a text is made of and wherever it is cut', async () => {
  const line = fc.constantFrom(...boundaryLines)
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 200 }),
      async (lines, size) => {
        const path = written(`plain\n${lines.join('\n')}\n`)
        const { batches } = readFiles([path], { timeOf, now })
        expect(await forwarded([path], size)).toEqual(textsOf(await Array.fromAsync(batches)))
      },
    ),
    { numRuns: runs(500) },
  )
})
