import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { writeJournal } from './journal-file.fake.ts'
import { readJournalFile } from './journal-file.ts'

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const read = (bytes: Buffer, size = 65_536) => Array.fromAsync(readJournalFile(inPieces(bytes, size)))
/** Reads until the end or a fault, whose message it also returns. */
const readToFault = async (bytes: Buffer) => {
  const entries = []
  try {
    for await (const entry of readJournalFile(inPieces(bytes, 512))) entries.push(entry)
  } catch (error) {
    return { entries, fault: String(error) }
  }
  return { entries, fault: undefined }
}

const fields = fc.array(
  fc
    .tuple(fc.constantFrom('MESSAGE', '_PID', 'PRIORITY', 'A_1'), fc.string({ unit: 'grapheme', maxLength: 120 }))
    .map(([name, value]) => `${name}=${value}`),
  { minLength: 1, maxLength: 6 },
)

it('reads what was written, however it is laid out and the bytes arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fields, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      fc.constantFrom('none' as const, 'lz4' as const, 'zstd' as const),
      fc.integer({ min: 1, max: 3_000 }),
      async (entries, isCompact, compression, size) => {
        const found = await read(writeJournal(entries, { isCompact, compression }), size)
        const wanted = entries.map((list, index) => {
          const values: Record<string, string | string[]> = {
            __REALTIME_TIMESTAMP: String(1_700_000_000_000_000 + index),
            __MONOTONIC_TIMESTAMP: String(index),
          }
          for (const text of list) {
            const [name, value] = [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
            const before = values[name]
            values[name] = before === undefined ? value : [before, value].flat()
          }
          return values
        })
        expect(found).toEqual(wanted)
      },
    ),
    { numRuns: runs(100) },
  )
})

it('reads fields that old versions of systemd packed with xz', async () => {
  // `MESSAGE=packed by xz again again …`, written by xz 5.4.
  const payload = Buffer.from(
    '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4AEEACFdACaRRsDRlFfklMfxQ/HhV3GWVTmb2znRaYlx+0fhVAvgAAAAAAACjrBAAAE5hQIAAADRdS8zPjANiwIAAAAAAVla',
    'base64',
  )
  const [entry] = await read(writeJournal([], { raw: { flags: 1, payload } }))
  expect(entry?.MESSAGE).toMatch(/^packed by xz (?:again ){40}$/)
})

it('returns the entries before the end of a file that was cut off, and says so', async () => {
  const whole = writeJournal(Array.from({ length: 50 }, (_, index) => [`MESSAGE=line ${index}`, 'PRIORITY=6']))
  const { entries, fault } = await readToFault(whole.subarray(0, whole.length - 100))
  expect(entries.at(-1)?.MESSAGE).toBe('line 48')
  expect(entries).toHaveLength(49)
  expect(fault).toContain('cut off')
})

it('leaves out a field that is too long, and keeps the others', async () => {
  const core = `COREDUMP=${'\0'.repeat(17 * 1_048_576)}`
  for (const compression of ['none', 'zstd'] as const) {
    const [entry] = await read(writeJournal([[core, 'MESSAGE=dumped']], { compression }))
    expect(entry).toMatchObject({ MESSAGE: 'dumped' })
    expect(entry).not.toHaveProperty('COREDUMP')
  }
})

it('refuses a file of a newer systemd', async () => {
  const newer = writeJournal([['MESSAGE=hello']])
  newer.writeUInt32LE(64, 12)
  await expect(read(newer)).rejects.toThrow('newer systemd')
})

it('ends with an error, and never hangs, on corrupt bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fields, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      async (entries, isCompact, changes) => {
        const file = writeJournal(entries, { isCompact, compression: 'zstd' })
        for (const [at, byte] of changes) file[8 + (at % (file.length - 8))] = byte
        const found = await readToFault(file)
        expect(found.entries.length).toBeLessThanOrEqual(file.length / 16)
      },
    ),
    { numRuns: runs(300) },
  )
})
