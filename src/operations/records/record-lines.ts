import { AppError } from '../../errors.ts'
import { isBlank } from '../../pipeline/ingest/file/file-lines.ts'
import { joinRecords } from '../../pipeline/ingest/join/join-records.ts'
import { splitLines, type TextLine } from '../../pipeline/ingest/lines.ts'
import { mostChars, mostTexts } from './record-chunk.ts'

const tooLong = (): AppError =>
  new AppError('TOO_LARGE', `The body contains a record longer than ${mostChars} characters.`, {
    hint: 'Split the record, or leave it out.',
  })

/** Reads a stream of lines as chunks of texts, on demand. */
export async function* chunkLines(
  body: AsyncIterable<Uint8Array>,
  kind: 'json' | 'document' | 'text',
): AsyncGenerator<string[]> {
  const splitter = splitLines({ together: true, inParts: true })
  const joiner = joinRecords({ traces: kind === 'text' })
  let texts: string[] = []
  let chars = 0
  const full = (records: readonly TextLine[]): string[][] => {
    const chunks: string[][] = []
    for (const { text, cut } of records) {
      if (isBlank(text)) continue
      // Long lines are truncated, as in files. A long JSON document is rejected, because its sender can fix it.
      if (cut && kind === 'document') throw tooLong()
      // Chunk boundaries depend only on the records, so that a retry produces the same chunks.
      if (texts.length >= mostTexts || (texts.length > 0 && chars + text.length > mostChars)) chunks.push(take())
      texts.push(text)
      chars += text.length
    }
    return chunks
  }
  const take = (): string[] => {
    const taken = texts
    texts = []
    chars = 0
    return taken
  }
  for await (const bytes of body) {
    yield* full(joiner.push(splitter.push(bytes)))
  }
  yield* full(joiner.push(splitter.flush()))
  yield* full(joiner.flush())
  if (texts.length > 0) yield take()
}
