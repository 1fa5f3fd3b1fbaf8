import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { compressionOf, decompress, type ExpansionLimits } from './decompress.ts'

const decompressAll = async (bytes: Buffer, limits?: ExpansionLimits) => {
  const chunks: Buffer[] = []
  for await (const chunk of decompress(Readable.from([bytes]), compressionOf(bytes), limits)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('decompress', () => {
  it('reads gzip with several members, zstd with several frames, padding, and uncompressed data', async () => {
    expect(await decompressAll(Buffer.concat([gzipSync('one '), gzipSync('two'), Buffer.alloc(64)]))).toBe('one two')
    expect(await decompressAll(Buffer.concat([zstdCompressSync('one '), zstdCompressSync('two')]))).toBe('one two')
    expect(await decompressAll(Buffer.from('plain'))).toBe('plain')
  })

  it('reports unsupported formats and corrupt data', async () => {
    await expect(decompressAll(Buffer.from('BZh9...'))).rejects.toThrow('Compression with bzip2')
    await expect(decompressAll(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))).rejects.toThrow('Compression with xz')
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
    expect((await decompressAll(gzipSync('x'.repeat(1 << 20)), { ...limits, ratio: 2_000 })).length).toBe(1 << 20)
  })
})
