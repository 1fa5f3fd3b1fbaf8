import { z } from 'zod'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { anomaly } from '../../schema/anomaly.ts'

/** Lists what agents found, newest first. */
export const listAnomalies = defineOperation({
  name: 'list_anomalies',
  summary: 'Lists what network agents found, newest first.',
  role: 'viewer',
  input: z.strictObject({
    limit: z.int().min(0).max(100_000).default(100).describe('How many at most.'),
    offset: z.int().min(0).default(0).describe('How many of the newest to leave out.'),
    agent_name: z.string().max(200).optional().describe('Only those of this agent: `wifi`.'),
  }),
  output: z.array(anomaly),
  async run(
    { limit, offset, agent_name },
    { store }: { readonly store: { readonly anomalies: Pick<Deps['store']['anomalies'], 'list'> } },
  ) {
    return [...(await store.anomalies.list({ limit, offset, agentName: agent_name || undefined }))]
  },
})
