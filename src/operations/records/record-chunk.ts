import { createHash } from 'node:crypto'

/** The chunk size of one durable write: large enough to be cheap, small enough for memory. */
export const mostTexts = 4_096
export const mostChars = 1_048_576

/** Hashes texts so that moving a border between two of them changes the hash. */
export const hashTexts = (texts: readonly string[]): string => {
  // Each update of a hash costs more than a line's bytes do.
  const joined = texts.map((text) => `${text.length}:${text}`).join('')
  return createHash('sha256').update(joined).digest('hex')
}

/** Groups texts into chunks. Equal texts produce equal chunks, so that a retry can resume. */
export function* chunkTexts(texts: Iterable<string>): Generator<string[]> {
  let chunk: string[] = []
  let chars = 0
  for (const text of texts) {
    if (chunk.length >= mostTexts || (chunk.length > 0 && chars + text.length > mostChars)) {
      yield chunk
      chunk = []
      chars = 0
    }
    chunk.push(text)
    chars += text.length
  }
  if (chunk.length > 0) yield chunk
}
