import { z } from 'zod'
import { readJson } from '../../api/rest/json.ts'
import type { Present, Refuse, Route } from '../../api/rest/route.ts'
import { listAgents, type watchingAgent } from '../../operations/agents/list-agents.ts'
import { validateAgent } from '../../operations/agents/validate-agent.ts'

type Watching = z.output<typeof watchingAgent>

/** Shows an agent as the log-agent service did. Agents evaluate lines as they arrive, so there is no last run. */
const toItem = ({ agent_id: id, name, is_running, capabilities, description, model_path, config }: Watching) => ({
  id,
  name,
  status: statusOf(is_running),
  is_running,
  last_run: null,
  capabilities,
  description,
  model_path,
  config,
})

const statsOf = ({ agent_id, is_running, anomalies, by_type, newest_anomaly }: Watching) => ({
  agent_id,
  status: statusOf(is_running),
  anomalies_detected: anomalies,
  anomalies_by_type: by_type,
  last_anomaly: newest_anomaly,
})

const statusOf = (isRunning: boolean): string => (isRunning ? 'active' : 'inactive')

const all =
  (present: (agents: readonly Watching[]) => unknown): Present =>
  (answer) =>
    present(listAgents.output.parse(answer).agents)
const each = (present: (agent: Watching) => unknown) => all(([one]) => one && present(one))

/** The routes that list agents. */
export const agentRoutes = (refuse: Refuse): readonly Route[] => {
  const list = {
    method: 'GET',
    path: '/api/v1/agents',
    operation: listAgents,
    bareToken: true,
    hide: true,
    refuse,
  } as const
  const get = (path: string, present: Present): Route => ({ ...list, path, present })
  return [
    { ...list, present: all((agents) => agents.map(toItem)) },
    get('/api/v1/agents/:id', each(toItem)),
    get(
      '/api/v1/agents/:id/config',
      each(({ config }) => config),
    ),
    get('/api/v1/agents/:id/stats', each(statsOf)),
    get(
      '/api/v1/agents/stats/overview',
      all((agents) => ({
        total_agents: agents.length,
        active_agents: agents.filter(({ is_running }) => is_running).length,
        anomalies_detected: agents.reduce((sum, { anomalies }) => sum + anomalies, 0),
        agents: agents.map(statsOf),
      })),
    ),
    get(
      '/api/v1/agents/configs/templates',
      all((agents) => agents.map(({ config }) => config)),
    ),
    {
      method: 'POST',
      path: '/api/v1/agents/:id/config/validate',
      operation: validateAgent,
      hide: true,
      bareToken: true,
      refuse,
      read: async ({ raw }) => {
        const sent = await readJson(raw)
        const wrapped = z.object({ config: z.unknown() }).safeParse(sent)
        return { agent: wrapped.success ? wrapped.data.config : sent }
      },
    },
  ]
}
