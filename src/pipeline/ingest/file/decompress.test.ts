import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decompress, type ExpansionLimits } from './decompress.ts'

const decompressAll = async (bytes: Buffer, limits?: ExpansionLimits) => {
  const chunks: Buffer[] = []
  for await (const chunk of decompress(Readable.from([bytes]), limits)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Marks a file that was read. */
const end = Buffer.alloc(0)

const ofLib = (name: string) => readFileSync(join(import.meta.dirname, '../../../lib', name))

describe('decompress', () => {
  it('reads gzip with several members, zstd with several frames, padding, and uncompressed data', async () => {
    expect(await decompressAll(Buffer.concat([gzipSync('one '), gzipSync('two'), Buffer.alloc(64)]))).toBe('one two')
    expect(await decompressAll(Buffer.concat([zstdCompressSync('one '), zstdCompressSync('two')]))).toBe('one two')
    expect(await decompressAll(Buffer.from('plain'))).toBe('plain')
  })

  it('reads bzip2, xz and LZ4, also several streams', async () => {
    expect(await decompressAll(ofLib('bzip2/fixtures/streams.bz2'))).toBe('one\ntwo\n')
    expect(await decompressAll(readFileSync(join(import.meta.dirname, 'fixtures/streams.xz')))).toBe('one\ntwo\n')
    expect(await decompressAll(ofLib('lz4/fixtures/frames.lz4'))).toMatch(/^one\n[\s\S]*two\n$/)
    expect(await decompressAll(Buffer.from('BZh9 is a text'))).toBe('BZh9 is a text')
  })

  it('reads several xz files in turn, also after one of which only the beginning was read', async () => {
    const text = (name: string) =>
      Array.from({ length: 30_000 }, (_, i) => `${name} ${i} ${(i * 2_654_435_761) % 97_654_321}`)
    const open = (bytes: Buffer) => decompress(Readable.from([bytes]))
    const files = ['a', 'b', 'c'].map((name) => execFileSync('xz', { input: text(name).join('\n'), maxBuffer: 1e8 }))
    for (const bytes of files) {
      const started = open(bytes)
      await started.next()
      await started.return(undefined)
    }
    const readers = files.map(open)
    const found: Buffer[][] = files.map(() => [])
    for (let left = readers.length; left > 0; ) {
      for (const [at, reader] of readers.entries()) {
        const next = await reader.next()
        if (!next.done) found[at]?.push(next.value)
        else if (found[at]?.at(-1) !== end) {
          found[at]?.push(end)
          left--
        }
      }
    }
    expect(found.map((chunks) => Buffer.concat(chunks).toString())).toEqual(
      ['a', 'b', 'c'].map((name) => text(name).join('\n')),
    )
  })

  it('reports corrupt data', async () => {
    await expect(decompressAll(Buffer.from('BZh91AY&SY...'))).rejects.toThrow('bzip2 data is incomplete')
    await expect(decompressAll(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))).rejects.toThrow('xz data is incomplete')
    await expect(decompressAll(ofLib('lz4/fixtures/frames.lz4').subarray(0, 20))).rejects.toThrow(
      'lz4 data is incomplete',
    )
    await expect(decompressAll(gzipSync('some text').subarray(0, 15))).rejects.toThrow('gzip data is incomplete')
    await expect(decompressAll(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]))).rejects.toThrow(
      'zstd data is incomplete',
    )
  })

  it('stops a decompression bomb', async () => {
    const zeros = Buffer.alloc(1 << 24)
    const limits = { ratio: 500, ratioFrom: 1 << 20, bytes: 1 << 30 }
    await expect(decompressAll(gzipSync(zeros), limits)).rejects.toThrow('a decompression bomb')
    await expect(decompressAll(zstdCompressSync(zeros), limits)).rejects.toThrow('a decompression bomb')
    await expect(decompressAll(gzipSync(zeros), { ...limits, ratio: 2_000, bytes: 1 << 22 })).rejects.toThrow('bomb')
    await expect(decompressAll(ofLib('bzip2/fixtures/mixed.bz2'), { ...limits, bytes: 1 << 16 })).rejects.toThrow(
      'bomb',
    )
    expect((await decompressAll(gzipSync('x'.repeat(1 << 20)), { ...limits, ratio: 2_000 })).length).toBe(1 << 20)
  })
})
