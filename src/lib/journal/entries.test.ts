import fc from 'fast-check'
import { expect, it } from 'vitest'
import { JournalFormatError, readJournalEntries } from './entries.ts'

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const field = (name: string, value: Buffer): Buffer => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(value.length))
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')])
}
const texts = fc.string({ unit: 'grapheme', maxLength: 30 })
const entries = fc.array(fc.array(texts, { minLength: 1, maxLength: 4 }), { maxLength: 6 })
const written = (all: readonly (readonly string[])[]): Buffer =>
  Buffer.concat(
    all.flatMap((values) => [...values.map((value, i) => field(`F${i}`, Buffer.from(value))), Buffer.from('\n')]),
  )

it('reads what was written, however the bytes arrive', async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 50 }), async (all, size) => {
      const read = await Array.fromAsync(readJournalEntries(inPieces(written(all), size)))
      expect(read).toEqual(all.map((values) => Object.fromEntries(values.map((value, i) => [`F${i}`, value]))))
    }),
  )
})

it('refuses other bytes with its own error, and never returns more than it got', async () => {
  const damaged = fc
    .tuple(entries, fc.nat(200), fc.nat(20), fc.uint8Array({ maxLength: 12 }))
    .map(([all, at, gone, noise]) => {
      const bytes = written(all)
      return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + gone)])
    })
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, noise), async (bytes) => {
      try {
        const read = await Array.fromAsync(readJournalEntries(inPieces(bytes, 7)))
        const values = read.flatMap((fields) => Object.values(fields).flat())
        expect(values.length).toBeLessThanOrEqual(bytes.length)
      } catch (error) {
        expect(error).toBeInstanceOf(JournalFormatError)
      }
    }),
  )
})
