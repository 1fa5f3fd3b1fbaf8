import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { analysis } from '../../schema/analysis.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import { defineWorkerOperation } from '../operation.ts'
import { chunksOf, recordsInput, sourceInput } from '../records/record-input.ts'

/** Runs the whole pipeline on the caller's records, with untrained detectors, and stores nothing. */
export const analyzeLogs = defineWorkerOperation({
  name: 'analyze_logs',
  summary: 'Analyses the given records without stored history. Stores nothing.',
  role: 'viewer',
  input: z.strictObject({ records: recordsInput, source: sourceInput.default('http') }),
  output: analysis,
  async run({ records, source }, { analyze, maxRecords, now }) {
    const faults: string[] = []
    const found = await analyze(rawRecords(records, source, { maxRecords, now, faults }))
    return faults.length === 0 ? found : { ...found, fault: faults.join(' ') }
  },
})

interface RecordReading {
  readonly maxRecords: number
  now(): number
  /** Collects the reasons why records cannot be read. */
  readonly faults: string[]
}

async function* rawRecords(
  records: z.infer<typeof recordsInput>,
  source: string,
  { maxRecords, now, faults }: RecordReading,
): AsyncGenerator<readonly RawRecord[]> {
  let count = 0
  for await (const { texts, fault } of chunksOf(records)) {
    if (fault !== undefined) faults.push(fault)
    count += texts.length
    if (count > maxRecords) throw tooManyRecords(maxRecords)
    const receivedAt = now()
    yield texts.map((text) => ({ text, source, receivedAt }))
  }
}

/** The error for requests that are too large for a shared server. */
export const tooManyRecords = (maxRecords: number): AppError =>
  new AppError('TOO_LARGE', `A request can analyse at most ${maxRecords} records.`, {
    hint: 'Use `vedette analyze PATH`, which needs no server, or raise analysis.max_records.',
  })
