import { z } from 'zod'
import { hashTexts } from './record-chunk.ts'

/** A chunk of a request's records, written durably together. */
export interface RecordChunk {
  readonly texts: readonly string[]
  /** Hashes the whole body if it was read completely, otherwise this chunk. Used only with an idempotency key. */
  hash(): string
}

const isChunks = (value: unknown): value is AsyncIterable<RecordChunk> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

/** The records of a caller: a list of texts, or a stream of chunks that is read on demand. */
export const recordsInput = z.union([
  z.array(z.string().max(1_048_576)).max(10_000),
  z.custom<AsyncIterable<RecordChunk>>(isChunks),
])

/** The source name of records. It becomes part of their stream. */
export const sourceInput = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,63}$/,
    'Use letters, digits, ".", "_" and "-", at most 64 characters, starting with a letter or digit.',
  )

/** Reads either form as chunks. */
export async function* chunksOf(records: z.infer<typeof recordsInput>): AsyncGenerator<RecordChunk> {
  if (!Array.isArray(records)) yield* records
  else yield { texts: records, hash: () => hashTexts(records) }
}
