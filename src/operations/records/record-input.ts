import { z } from 'zod'
import { hashTexts } from './record-chunk.ts'

/** Some of the records of a request: as many as are made durable together. */
export interface RecordChunk {
  readonly texts: readonly string[]
  /** Hashes the whole body, when it was read whole; otherwise this chunk. Only who knows a request by its key asks for it. */
  hash(): string
}

const isChunks = (value: unknown): value is AsyncIterable<RecordChunk> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

/** Records as a caller gives them: a list of texts, or a stream of chunks that is read only as fast as it is taken in. */
export const recordsInput = z.union([
  z.array(z.string().max(1_048_576)).max(10_000),
  z.custom<AsyncIterable<RecordChunk>>(isChunks),
])

/** The name under which records are kept; it becomes part of their stream. */
export const sourceInput = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,63}$/,
    'Use letters, digits, ".", "_" and "-", at most 64, beginning with a letter or digit.',
  )

/** Reads either form as chunks. */
export async function* chunksOf(records: z.infer<typeof recordsInput>): AsyncGenerator<RecordChunk> {
  if (!Array.isArray(records)) yield* records
  else yield { texts: records, hash: () => hashTexts(records) }
}
