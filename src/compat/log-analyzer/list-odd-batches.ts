import { z } from 'zod'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'

/** Lists the batches of logs that scored above the threshold, newest first. */
export const listOddBatches = defineOperation({
  name: 'list_odd_batches',
  summary: 'Lists anomalous batches of logs, newest first.',
  role: 'viewer',
  input: z.strictObject({
    limit: z.int().min(1).max(10_000).default(1_000),
    before: z.int().min(1).optional().describe('Continue below this id.'),
  }),
  output: z.object({
    incidents: z.array(
      z.object({
        id: z.int(),
        detected_at: z.iso.datetime(),
        service: z.string().nullable(),
        severity: z.number(),
        summary: z.string(),
        features: z.unknown(),
      }),
    ),
  }),
  async run({ limit, before }, { store }: { readonly store: Pick<Deps['store'], 'scoredBatches'> }) {
    const batches = await store.scoredBatches.list(limit, before)
    return {
      incidents: batches.map((batch) => ({ ...batch, detected_at: new Date(batch.detected_at).toISOString() })),
    }
  },
})
