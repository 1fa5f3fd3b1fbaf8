import { describe, expect, it } from 'vitest'
import { createStreamReader } from './stream-reader.ts'

async function* inChunksOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

describe('createStreamReader', () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i)

  it.each([1, 3, 7, 40])('reads the same from chunks of %i bytes, and fewer bytes at the end', async (length) => {
    const reader = createStreamReader(inChunksOf(bytes, length))
    const read: number[][] = []
    for (const count of [4, 0, 16, 1, 30, 4]) read.push([...(await reader.read(count))])
    const from = (start: number, end: number) => [...bytes.subarray(start, end)]
    expect(read).toEqual([from(0, 4), [], from(4, 20), from(20, 21), from(21, 40), []])
  })

  it('reads ahead no further than the chunk that it needs', async () => {
    let given = 0
    const reader = createStreamReader(
      (async function* () {
        for (const byte of bytes) {
          given += 1
          yield Uint8Array.of(byte)
        }
      })(),
    )
    await reader.read(5)
    expect(given).toBe(5)
  })
})
