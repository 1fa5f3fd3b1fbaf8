import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { chunksOf, recordsInput, sourceInput } from './record-input.ts'

/** Takes records in, chunk by chunk; the next chunk is read when the one before is durable. */
export const ingestRecords = defineOperation({
  name: 'ingest_records',
  summary: 'Takes log records in. When it answers, they are on disk.',
  role: 'ingest',
  input: z.strictObject({
    records: recordsInput,
    source: sourceInput.default('http').describe('The name under which the records are kept.'),
    idempotency_key: z.string().min(1).max(200).optional().describe('The same key again doubles nothing.'),
  }),
  output: z
    .object({
      accepted: z.int(),
      /** Always 0: what cannot be understood is kept and counted, and a body that is none is refused as a whole. */
      rejected: z.int(),
      repeated: z.boolean().optional(),
    })
    .meta({ id: 'IngestAnswer' }),
  async run(
    { records, source, idempotency_key: key },
    { intake, now, actor }: Pick<Deps, 'intake' | 'now'> & { readonly actor: Actor },
  ) {
    let accepted = 0
    let chunks = 0
    let repeats = 0
    try {
      for await (const chunk of chunksOf(records)) {
        const receivedAt = now()
        const answer = await intake.accept(
          chunk.texts.map((text) => ({ text, source, receivedAt })),
          key === undefined ? {} : { key: chunkKey(actor, key, chunks), bodyHash: chunk.hash() },
        )
        chunks += 1
        accepted += answer.accepted
        if (answer.repeated) repeats += 1
      }
    } catch (error) {
      throw accepted > 0 ? tellHowFar(error, accepted) : error
    }
    return { accepted, rejected: 0, ...(chunks > 0 && repeats === chunks && { repeated: true }) }
  },
})

/** Two callers may use the same key for different things, so who asks is part of it; so is the chunk's place in the body. */
const chunkKey = (actor: Actor, key: string, chunk: number): string =>
  `${createHash('sha256')
    .update(JSON.stringify([actor.name, key]))
    .digest('hex')}:${chunk}`

/** A stream may break after some of it was taken in: its sender must know. */
const tellHowFar = (error: unknown, accepted: number): unknown => {
  if (!(error instanceof AppError)) return error
  const { code, message, retryable, retryAfter, errors } = error
  return new AppError(code, `${message} The first ${accepted} records of this request are stored.`, {
    hint:
      'Send the whole body again with the same Idempotency-Key as this time: what is stored will not be doubled.' +
      (error.hint === undefined ? '' : ` ${error.hint}`),
    retryable,
    ...(retryAfter !== undefined && { retryAfter }),
    errors,
    cause: error,
  })
}
