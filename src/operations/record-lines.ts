import { hashTexts, mostChars, mostTexts } from './record-chunk.ts'
import type { RecordChunk } from './record-input.ts'

const longestLine = 1_048_576

/** Reads a stream of lines as records, a chunk at a time; nothing is read ahead of who takes the chunks. */
export async function* chunkLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<RecordChunk> {
  const decoder = new TextDecoder()
  let line = ''
  let texts: string[] = []
  let chars = 0
  let rejected = 0
  let firstError: string | undefined
  const take = (text: string) => {
    if (text.trim() === '') return
    if (text.length > longestLine) {
      rejected += 1
      firstError ??= `A line is longer than ${longestLine} characters.`
      return
    }
    texts.push(text)
    chars += text.length
  }
  const flush = (): RecordChunk => {
    const chunk = { texts, rejected, ...(firstError !== undefined && { firstError }), hash: hashTexts(texts) }
    texts = []
    chars = 0
    rejected = 0
    firstError = undefined
    return chunk
  }
  for await (const bytes of body) {
    const lines = (line + decoder.decode(bytes, { stream: true })).split(/\r?\n/)
    line = lines.pop() ?? ''
    // A line that never ends must not grow for ever: its beginning is enough to know that it is too long.
    if (line.length > longestLine) line = line.slice(0, longestLine + 1)
    for (const text of lines) {
      take(text)
      if (texts.length >= mostTexts || chars >= mostChars) yield flush()
    }
  }
  take(line + decoder.decode())
  if (texts.length > 0 || rejected > 0) yield flush()
}
