import { z } from 'zod'
import { zone } from '../../pipeline/ingest/zone.ts'
import { fieldMapInput } from '../../schema/record/field-map.ts'
import { hostPattern } from '../../schema/record/host-pattern.ts'
import { sourceNamePattern } from '../../schema/record/source-name.ts'
import { hashTexts } from './record-chunk.ts'

/** A chunk of a request's records, written durably together. */
export interface RecordChunk {
  readonly texts: readonly string[]
  /** Hashes the whole body if it was read completely, otherwise this chunk. Used only with an idempotency key. */
  hash(): string
  /** The reason why the rest of the body cannot be read, in its last chunk, which may have no texts. */
  readonly fault?: string
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
    sourceNamePattern,
    'Use letters, digits, spaces and any of ".,@+()_-", at most 64 characters, starting with a letter or digit.',
  )

/** How the records of one request are parsed, in place of the configuration. */
export const readingInputs = {
  map: fieldMapInput
    .optional()
    .describe(
      'Which field of JSON or `key=value` records has the time, message, level, host, user, service or ip: `time=when_happened,message=meta.text`. Only for the records of this request.',
    ),
  file_zone: zone.describe(
    'The zone of times without one that the sender guessed from a file, as `+02:00`. The source shows it as guessed.',
  ),
  host: z
    .string()
    .regex(hostPattern, 'Use the name or the address of a host.')
    .optional()
    .describe('The host of those records of this request that name none.'),
  zone: zone.describe('The zone of times without one, for the records of this request: `UTC`, `+02:00`.'),
}

/** Reads either form as chunks. */
export async function* chunksOf(records: z.infer<typeof recordsInput>): AsyncGenerator<RecordChunk> {
  if (!Array.isArray(records)) yield* records
  else yield { texts: records, hash: () => hashTexts(records) }
}
