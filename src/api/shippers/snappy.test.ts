import fc from 'fast-check'
import { compress } from 'snappyjs'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import { decompressSnappy } from './snappy.ts'

describe('Snappy', () => {
  it('decompresses everything that is compressed', () => {
    const repetitive = fc
      .array(fc.constantFrom('level=info ', 'GET / ', 'x'), { maxLength: 400 })
      .map((parts) => Buffer.from(parts.join('')))
    const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.oneof(repetitive, noise), (bytes) => {
        expect(decompressSnappy(compress(bytes), 100_000)).toEqual(bytes)
      }),
    )
  })

  it('ends with an error of ours on any other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decompressSnappy(bytes, 10_000)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
    )
  })

  it('refuses lengths that are too large or not true', () => {
    // A literal whose length would be negative as an integer of 32 bits: other decoders loop for ever.
    expect(() => decompressSnappy(Buffer.from([4, 63 << 2, 0xf9, 0xff, 0xff, 0xff]), 100)).toThrow('not valid Snappy')
    expect(() => decompressSnappy(Buffer.from([0xff, 0xff, 0xff, 0x7f]), 100)).toThrow('larger than 100 bytes')
    expect(() => decompressSnappy(Buffer.from([100, 0]), 100)).toThrow('not valid Snappy')
  })
})
