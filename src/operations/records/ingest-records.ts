import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { callerKey, idempotencyKey } from './idempotency-key.ts'
import { chunksOf, type RecordChunk, readingInputs, recordsInput, sourceInput } from './record-input.ts'

/** Ingests records in chunks; the next chunk is read when the previous one is durable. */
export const ingestRecords = defineOperation({
  name: 'ingest_records',
  summary: 'Ingests log records. The records are durable when the call returns.',
  role: 'ingest',
  input: z.strictObject({
    records: recordsInput,
    source: sourceInput.default('http').describe('The source name to store the records under.'),
    ...readingInputs,
    idempotency_key: idempotencyKey,
  }),
  output: z
    .object({
      accepted: z.int(),
      /** Always 0: unparsed records are stored and counted, and an invalid body is rejected as a whole. */
      rejected: z.int(),
      repeated: z.boolean().optional(),
      /** Why the rest of the body cannot be read: its compressed file or binary log is damaged. Sent again, it has the same fault. */
      fault: z.string().optional(),
    })
    .meta({ id: 'IngestAnswer' }),
  async run(
    { records, idempotency_key: key, source, map, host, zone: zoneMinutes, file_zone: fileZone },
    { intake, now, actor }: Pick<Deps, 'intake' | 'now'> & { readonly actor: Actor },
  ) {
    const reading = { source, map, host, zoneMinutes, fileZone }
    let accepted = 0
    let chunks = 0
    let repeats = 0
    const faults: string[] = []
    try {
      for await (const chunk of chunksOf(records)) {
        if (chunk.fault !== undefined) faults.push(chunk.fault)
        if (chunk.texts.length === 0) continue
        const receivedAt = now()
        const answer = await intake.accept(
          chunk.texts.map((text) => ({ text, receivedAt, ...reading })),
          key === undefined ? {} : { key: `${callerKey(actor, key)}:${chunks}`, bodyHash: hashRequest(chunk, reading) },
        )
        chunks += 1
        accepted += answer.accepted
        if (answer.repeated) repeats += 1
      }
    } catch (error) {
      throw accepted > 0 ? tellHowFar(error, accepted) : error
    }
    return {
      accepted,
      rejected: 0,
      ...(chunks > 0 && repeats === chunks && { repeated: true }),
      ...(faults.length > 0 && { fault: faults.join(' ') }),
    }
  },
})

/** The same bytes with other options or another source are another request. */
const hashRequest = (chunk: RecordChunk, reading: object): string =>
  createHash('sha256')
    .update(JSON.stringify([chunk.hash(), reading]))
    .digest('hex')

/** A stream may break after a part was accepted, so the error states how much. */
const tellHowFar = (error: unknown, accepted: number): unknown => {
  if (!(error instanceof AppError)) return error
  const { code, message, retryable, retryAfter, errors } = error
  return new AppError(code, `${message} The first ${accepted} records of this request are stored.`, {
    hint:
      'Send the whole body again with the same Idempotency-Key. Stored records will not be duplicated.' +
      (error.hint === undefined ? '' : ` ${error.hint}`),
    retryable,
    ...(retryAfter !== undefined && { retryAfter }),
    errors,
    cause: error,
  })
}
