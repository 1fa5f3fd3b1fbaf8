import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import { ingestRecords } from './ingest-records.ts'
import { chunksOf, type RecordChunk } from './record-input.ts'

const actor = { name: 'shipper', role: 'ingest' as const }

async function* chunks(...texts: string[][]): AsyncGenerator<RecordChunk> {
  for (const part of texts) yield* chunksOf(part)
}

/** An intake that is full from the batch with this number on. */
const fakeIntake = (fullAt = Number.POSITIVE_INFINITY) => {
  const keys = new Set<string>()
  const taken: string[] = []
  let batches = 0
  return {
    taken,
    async accept(records: readonly RawRecord[], { key }: { readonly key?: string } = {}) {
      if (key !== undefined && keys.has(key)) return { accepted: records.length, repeated: true }
      if (batches++ >= fullAt)
        throw new AppError('QUEUE_FULL', 'The queue is full.', { retryable: true, retryAfter: 5 })
      if (key !== undefined) keys.add(key)
      taken.push(...records.map(({ text }) => text))
      return { accepted: records.length, repeated: false }
    },
  }
}

describe('ingest_records', () => {
  it('reports its progress, so that a retry with the same key continues from there', async () => {
    const intake = fakeIntake(1)
    const send = (to: typeof intake) =>
      ingestRecords.run(
        { records: chunks(['a', 'b'], ['c']), source: 'http', idempotency_key: 'k' },
        { intake: to, now: () => 0, actor },
      )
    await expect(send(intake)).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      retryAfter: 5,
      message: expect.stringContaining('first 2 records'),
      hint: expect.stringContaining('Idempotency-Key'),
    })
    const later = fakeIntake()
    await send(later)
    expect(await send(later)).toEqual({ accepted: 3, rejected: 0, repeated: true })
    expect(later.taken).toEqual(['a', 'b', 'c'])
  })

  it('takes nothing for granted that was not made durable', async () => {
    const run = ingestRecords.run({ records: ['a'], source: 'http' }, { intake: fakeIntake(0), now: () => 0, actor })
    await expect(run).rejects.toMatchObject({ message: 'The queue is full.' })
  })
})
