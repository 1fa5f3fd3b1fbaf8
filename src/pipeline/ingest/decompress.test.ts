import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { compressionOf, decompress, type ExpansionLimits } from './decompress.ts'

const unfold = async (bytes: Buffer, limits?: ExpansionLimits) => {
  const chunks: Buffer[] = []
  for await (const chunk of decompress(Readable.from([bytes]), compressionOf(bytes), limits)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('decompress', () => {
  it('reads gzip of several members, zstd of several frames, padding, and what is not packed', async () => {
    expect(await unfold(Buffer.concat([gzipSync('one '), gzipSync('two'), Buffer.alloc(64)]))).toBe('one two')
    expect(await unfold(Buffer.concat([zstdCompressSync('one '), zstdCompressSync('two')]))).toBe('one two')
    expect(await unfold(Buffer.from('plain'))).toBe('plain')
  })

  it('says what it cannot read, and what is broken', async () => {
    await expect(unfold(Buffer.from('BZh9...'))).rejects.toThrow('compressed with bzip2')
    await expect(unfold(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))).rejects.toThrow('compressed with xz')
    await expect(unfold(gzipSync('some text').subarray(0, 15))).rejects.toThrow('not whole gzip')
    await expect(unfold(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]))).rejects.toThrow('not whole zstd')
  })

  it('stops what unfolds without end', async () => {
    const zeros = Buffer.alloc(1 << 24)
    const limits = { ratio: 500, ratioFrom: 1 << 20, bytes: 1 << 30 }
    await expect(unfold(gzipSync(zeros), limits)).rejects.toThrow('a decompression bomb?')
    await expect(unfold(zstdCompressSync(zeros), limits)).rejects.toThrow('a decompression bomb?')
    await expect(unfold(gzipSync(zeros), { ...limits, ratio: 2_000, bytes: 1 << 22 })).rejects.toThrow('bomb')
    expect((await unfold(gzipSync('x'.repeat(1 << 20)), { ...limits, ratio: 2_000 })).length).toBe(1 << 20)
  })
})
