import { z } from 'zod'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { anomaly } from '../../schema/agent/anomaly.ts'

export const mostAnomalies = 100_000

/** Lists the findings of agents, newest first. */
export const listAnomalies = defineOperation({
  name: 'list_anomalies',
  summary: 'Lists the findings of network agents, newest first.',
  role: 'viewer',
  input: z.strictObject({
    limit: z.int().min(0).max(mostAnomalies).default(100).describe('The most anomalies to return.'),
    offset: z.int().min(0).default(0).describe('The number of the newest anomalies to skip.'),
    agent_name: z.string().max(200).optional().describe('Only anomalies of this agent: `wifi`.'),
  }),
  output: z.array(anomaly),
  async run(
    { limit, offset, agent_name },
    { store }: { readonly store: { readonly anomalies: Pick<Deps['store']['anomalies'], 'list'> } },
  ) {
    return [...(await store.anomalies.list({ limit, offset, agentName: agent_name || undefined }))]
  },
})
