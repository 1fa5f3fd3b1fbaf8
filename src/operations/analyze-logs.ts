import { z } from 'zod'
import { AppError } from '../errors.ts'
import { analysis } from '../schema/analysis.ts'
import type { RawRecord } from '../schema/record.ts'
import { defineOperation } from './operation.ts'
import { chunksOf, recordsInput, sourceInput } from './record-input.ts'
import type { World } from './world.ts'

/** A server answers many: what is larger is for the command line, which has the machine to itself. */
const mostRecords = 200_000

/** Runs the whole road on the caller's records, with nothing learnt before, and stores nothing. */
export const analyzeLogs = defineOperation({
  name: 'analyze_logs',
  summary: 'Analyses the given records on their own, and stores nothing.',
  role: 'viewer',
  input: z.strictObject({ records: recordsInput, source: sourceInput.default('http') }),
  output: analysis,
  run: async ({ records, source }, { analyze, now }: Pick<World, 'analyze' | 'now'>) =>
    analyze(rawRecords(records, source, now)),
})

async function* rawRecords(
  records: z.infer<typeof recordsInput>,
  source: string,
  now: () => number,
): AsyncGenerator<readonly RawRecord[]> {
  let count = 0
  for await (const { texts } of chunksOf(records)) {
    count += texts.length
    if (count > mostRecords) {
      throw new AppError('TOO_LARGE', `More than ${mostRecords} records cannot be analysed in one request.`, {
        hint: 'Use `vedette analyze PATH`, which needs no server.',
      })
    }
    const receivedAt = now()
    yield texts.map((text) => ({ text, source, receivedAt }))
  }
}
