import { AppError } from '../../errors.ts'
import { asTheyAre, joinDocuments } from '../../pipeline/ingest/documents.ts'
import { isBlank } from '../../pipeline/ingest/file-lines.ts'
import { joinContinuations, type Line, splitLines } from '../../pipeline/ingest/lines.ts'
import { hashTexts, mostChars, mostTexts } from './record-chunk.ts'
import type { RecordChunk } from './record-input.ts'

const tooLong = (): AppError =>
  new AppError('TOO_LARGE', `A record of the body is longer than ${mostChars} characters.`, {
    hint: 'Split it, or leave it out.',
  })

export { recordsOfText } from '../../pipeline/ingest/documents.ts'

/** Reads a stream of lines as records, a chunk at a time; nothing is read ahead of who takes the chunks. */
export async function* chunkLines(
  body: AsyncIterable<Uint8Array>,
  kind: 'json' | 'document' | 'text',
): AsyncGenerator<RecordChunk> {
  const splitter = splitLines({ together: true, inParts: true })
  const joiner = joinDocuments(kind === 'text' ? joinContinuations() : asTheyAre)
  let texts: string[] = []
  let chars = 0
  const full = (records: readonly Line[]): RecordChunk[] => {
    const chunks: RecordChunk[] = []
    for (const { text, cut } of records) {
      if (isBlank(text)) continue
      // Lines are cut and kept, as in files; a document is for its sender to correct.
      if (cut && kind === 'document') throw tooLong()
      // Where a chunk ends depends on the records alone, never on how the bytes arrived: a retry makes the same chunks.
      if (texts.length >= mostTexts || (texts.length > 0 && chars + text.length > mostChars)) chunks.push(take())
      texts.push(text)
      chars += text.length
    }
    return chunks
  }
  const take = (): RecordChunk => {
    const taken = texts
    texts = []
    chars = 0
    return { texts: taken, hash: () => hashTexts(taken) }
  }
  for await (const bytes of body) {
    yield* full(joiner.push(splitter.push(bytes)))
  }
  yield* full(joiner.push(splitter.flush()))
  yield* full(joiner.flush())
  if (texts.length > 0) yield take()
}
