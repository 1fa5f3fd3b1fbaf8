import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pickAgents } from './test-agents.ts'

/** An agent, whether it is active, and its findings. */
export const watchingAgent = z.object({
  agent_id: z.string(),
  name: z.string(),
  description: z.string(),
  capabilities: z.array(z.string()),
  model_path: z.string().nullable(),
  /** The content of its file. */
  config: z.record(z.string(), z.unknown()),
  is_running: z.boolean(),
  anomalies: z.int(),
  by_type: z.record(z.string(), z.int()),
  newest_anomaly: z.string().nullable(),
})

/** Lists all network agents, active or not. */
export const listAgents = defineOperation({
  name: 'list_agents',
  summary: 'Lists the network agents, active or not, with their purpose and findings.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().max(200).optional().describe('The ID of one agent. The default is all agents.'),
  }),
  output: z.object({ agents: z.array(watchingAgent) }),
  async run(
    { id },
    {
      store,
      agents,
      activeAgents,
    }: { readonly store: { readonly anomalies: Pick<Deps['store']['anomalies'], 'sums'> } } & Pick<
      Deps,
      'agents' | 'activeAgents'
    >,
  ) {
    const wanted = pickAgents(agents, id)
    const sums = Map.groupBy(await store.anomalies.sums(), ({ agent_name }) => agent_name)
    return {
      agents: wanted.map((config) => {
        const { agent_id, name, description, capabilities, model_path } = config
        const its = sums.get(agent_id) ?? []
        return {
          agent_id,
          name,
          description,
          capabilities,
          model_path,
          config,
          is_running: activeAgents.some((one) => one.agent_id === agent_id),
          anomalies: its.reduce((sum, { count }) => sum + count, 0),
          by_type: Object.fromEntries(its.map(({ anomaly_type, count }) => [anomaly_type, count])),
          newest_anomaly:
            its
              .map(({ newest }) => newest)
              .sort()
              .at(-1) ?? null,
        }
      }),
    }
  },
})
