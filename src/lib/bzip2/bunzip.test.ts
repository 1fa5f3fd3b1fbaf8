import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { decompressChunks } from '../archive/decompress.fake.ts'
import { mixedText } from '../archive/mixed-text.fake.ts'
import { bunzip } from './bunzip.ts'

/** Written by bzip2 1.0.8. */
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name))

const decompress = (bytes: Uint8Array, size?: number) => decompressChunks(bunzip, bytes, size)

describe('bunzip', () => {
  it.each([65_536, 1_000, 1])('decompresses several blocks, in chunks of %i bytes', async (size) => {
    expect((await decompress(fixture('mixed.bz2'), size)) === mixedText).toBe(true)
  })

  it('decompresses several streams', async () => {
    expect(await decompress(fixture('streams.bz2'))).toBe('one\ntwo\n')
  })

  it('rejects data that is cut off or changed', async () => {
    const bytes = fixture('streams.bz2')
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ change : byte))
        // A change in the checksum of a stream goes unnoticed, because each block has its own.
        const text = await decompress(changed).catch(() => 'rejected')
        expect(['rejected', 'one\ntwo\n']).toContain(text)
        if (at > 0) expect(await decompress(bytes.subarray(0, at)).catch(() => 'rejected')).not.toContain('two')
      }),
      { numRuns: runs(200) },
    )
  })
})
