import { z } from 'zod'
import { readJson } from '../../api/rest/json.ts'
import type { Route } from '../../api/rest/route.ts'
import { listAgents, type watchingAgent } from '../../operations/agents/list-agents.ts'
import { validateAgent } from '../../operations/agents/validate-agent.ts'
import { route } from './route.ts'

type Watching = z.output<typeof watchingAgent>

/** Shows an agent as the log-agent service did. Agents evaluate lines as they arrive, so there is no last run. */
const toItem = ({ agent_id: id, name, is_running, capabilities, description, model_path, config }: Watching) => ({
  ...{ id, name, status: statusOf(is_running), is_running, last_run: null },
  ...{ capabilities, description, model_path, config },
})

const statsOf = ({ agent_id, is_running, anomalies, by_type, newest_anomaly }: Watching) => ({
  agent_id,
  status: statusOf(is_running),
  anomalies_detected: anomalies,
  anomalies_by_type: by_type,
  last_anomaly: newest_anomaly,
})

const statusOf = (isRunning: boolean): string => (isRunning ? 'active' : 'inactive')

const list = (path: string, present: (agents: readonly Watching[]) => unknown): Route =>
  route({
    path: `/api/v1/agents${path}`,
    operation: listAgents,
    hide: true,
    present: (answer) => present(listAgents.output.parse(answer).agents),
  })
const get = (path: string, present: (agent: Watching) => unknown): Route => list(path, ([one]) => one && present(one))

/** The routes that show agents. */
export const agentRoutes: readonly Route[] = [
  list('', (agents) => agents.map(toItem)),
  get('/:id', toItem),
  get('/:id/config', ({ config }) => config),
  get('/:id/stats', statsOf),
  list('/stats/overview', (agents) => ({
    total_agents: agents.length,
    active_agents: agents.filter(({ is_running }) => is_running).length,
    anomalies_detected: agents.reduce((sum, { anomalies }) => sum + anomalies, 0),
    agents: agents.map(statsOf),
  })),
  list('/configs/templates', (agents) => agents.map(({ config }) => config)),
  route({
    method: 'POST',
    path: '/api/v1/agents/:id/config/validate',
    operation: validateAgent,
    hide: true,
    read: async ({ raw }) => {
      const sent = await readJson(raw)
      const wrapped = z.object({ config: z.unknown() }).safeParse(sent)
      return { agent: wrapped.success ? wrapped.data.config : sent }
    },
  }),
]
