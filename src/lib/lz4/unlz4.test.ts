import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { decompressChunks } from '../archive/decompress.fake.ts'
import { mixedText } from '../archive/mixed-text.fake.ts'
import { unlz4 } from './unlz4.ts'

/** Written by lz4 1.9.4. */
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name))

const decompress = (bytes: Uint8Array, size?: number) => decompressChunks(unlz4, bytes, size)

describe('unlz4', () => {
  it.each(['linked.lz4', 'independent.lz4'])('decompresses %s, whatever the chunks', async (name) => {
    for (const size of [65_536, 1_000, 7]) {
      expect((await decompress(fixture(name), size)) === mixedText).toBe(true)
    }
  })

  it('decompresses several frames, and skips those of others', async () => {
    const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    const frames = Buffer.concat([skippable, fixture('frames.lz4'), skippable])
    expect(await decompress(frames)).toBe('one\n1\n2\n3\n4\n5\n6\n7\n8\n9\ntwo\n')
  })

  it('rejects data that is cut off, and survives changed data', async () => {
    const bytes = fixture('linked.lz4')
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        await expect(decompress(bytes.subarray(0, at + 1))).rejects.toThrow('LZ4')
        const changed = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ change : byte))
        const text = await decompress(changed).catch(() => '')
        expect(text.length).toBeLessThan(4 * 1_048_576)
      }),
      { numRuns: runs(100) },
    )
  })
})
