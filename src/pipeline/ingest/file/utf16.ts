import { byFirstChunk } from '../../../lib/bytes/by-first-chunk.ts'

/** Detects UTF-16 by its byte-order mark, as Windows tools write it. */
export const utf16Of = (head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined
}

/** Converts UTF-16 with a byte-order mark to UTF-8. Passes other bytes unchanged. */
export const asUtf8 = (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> =>
  byFirstChunk(chunks, (first, whole) => {
    const encoding = utf16Of(first)
    return encoding ? decoded(whole, new TextDecoder(encoding)) : whole
  })

async function* decoded(chunks: AsyncIterable<Buffer>, decoder: TextDecoder): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
}
