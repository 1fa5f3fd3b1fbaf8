import { expect, it } from 'vitest'
import { byFirstChunk } from './by-first-chunk.ts'

const streamOf = (chunks: readonly string[]) => {
  const stream = {
    isEnded: false,
    async *chunks() {
      try {
        yield* chunks
      } finally {
        stream.isEnded = true
      }
    },
  }
  return stream
}

async function* nothing(): AsyncGenerator<string> {}

it('passes the first chunk and all chunks', async () => {
  const firsts: string[] = []
  const read = byFirstChunk(streamOf(['a', 'b', 'c']).chunks(), (first, whole) => {
    firsts.push(first)
    return whole
  })
  expect(await Array.fromAsync(read)).toEqual(['a', 'b', 'c'])
  expect(firsts).toEqual(['a'])
})

it('has nothing to decide about an empty stream', async () => {
  expect(await Array.fromAsync(byFirstChunk(streamOf([]).chunks(), (_first, whole) => whole))).toEqual([])
})

it('ends the stream if its reader needs no chunk, or only the first', async () => {
  const unread = streamOf(['a', 'b'])
  expect(await Array.fromAsync(byFirstChunk(unread.chunks(), nothing))).toEqual([])
  expect(unread.isEnded).toBe(true)
  const left = streamOf(['a', 'b'])
  for await (const _ of byFirstChunk(left.chunks(), (_first, whole) => whole)) break
  expect(left.isEnded).toBe(true)
})
