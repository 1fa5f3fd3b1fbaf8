import { z } from 'zod'
import { readJson } from '../../api/rest/json.ts'
import type { Route } from '../../api/rest/route.ts'
import { listAgents, type watchingAgent } from '../../operations/agents/list-agents.ts'
import { validateAgent } from '../../operations/agents/validate-agent.ts'
import { agent } from '../../schema/agent/agent.ts'
import { route } from './route.ts'

type Watching = z.output<typeof watchingAgent>

/** Shows an agent as the log-agent service did. Agents evaluate lines as they arrive, so there is no last run. */
export const agentItem = ({
  agent_id: id,
  name,
  is_running,
  capabilities,
  description,
  model_path,
  config,
}: Watching) => ({
  ...{ id, name, status: statusOf(is_running), is_running, last_run: null },
  ...{ capabilities, description, model_path, config },
  process_filters: agent.shape.process_filters.parse(config.process_filters),
})

/** Shows an agent on its page of details. Models and lines are in the database, so there is no file to export first. */
const toDetails = (watching: Watching) => {
  const { agent_id, anomalies, newest_anomaly, config } = watching
  const item = agentItem(watching)
  const { lookback_minutes, analysis_interval } = agent.shape.analysis_rules.parse(config.analysis_rules)
  return {
    ...item,
    agent_type: config.agent_type,
    data_requirements: {
      data_sources: ['log_entries'],
      process_filters: item.process_filters,
      lookback_period: `${lookback_minutes} minutes`,
      sampling_frequency: `${analysis_interval} seconds`,
    },
    export_considerations: {
      data_format: 'json',
      data_volume_estimate: 'unknown',
      required_fields: ['timestamp', 'program', 'message'],
      preprocessing_steps: [],
      training_data_requirements: [],
    },
    configuration: {
      enabled: item.is_running,
      priority: 1,
      model_path: item.model_path,
      analysis_rules: config.analysis_rules,
    },
    model_info: { path: agent_id, assigned: config.agent_type !== 'rule_based', type: 'isolation_forest' },
    performance_metrics: { anomalies_detected: anomalies, last_analysis_time: newest_anomaly },
  }
}

const statsOf = ({ agent_id, is_running, anomalies, by_type, newest_anomaly }: Watching) => ({
  agent_id,
  status: statusOf(is_running),
  anomalies_detected: anomalies,
  anomalies_by_type: by_type,
  last_anomaly: newest_anomaly,
})

/** The statistics, also in the shape that the page of the service reads. */
const toStats = (watching: Watching) => ({
  ...statsOf(watching),
  agent: agentItem(watching),
  analysis_stats: {
    anomalies_detected: watching.anomalies,
    anomaly_type_counts: watching.by_type,
    last_cycle_timestamp: watching.newest_anomaly,
  },
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
  list('', (agents) => agents.map(agentItem)),
  get('/:id', agentItem),
  get('/:id/config', ({ config }) => config),
  get('/:id/detailed', toDetails),
  get('/:id/model', ({ agent_id }) => ({ agent_id, model_path: agent_id })),
  get('/:id/stats', toStats),
  list('/stats/overview', (agents) => ({
    total_agents: agents.length,
    active_agents: agents.filter(({ is_running }) => is_running).length,
    anomalies_detected: agents.reduce((sum, { anomalies }) => sum + anomalies, 0),
    agents: agents.map(statsOf),
    total_anomalies_detected: agents.reduce((sum, { anomalies }) => sum + anomalies, 0),
    agent_stats: agents.map(toStats),
  })),
  route({
    path: '/api/v1/agents/detailed-info',
    operation: listAgents,
    hide: true,
    present: (answer, request) => {
      const { agent_ids = '' } = z.object({ agent_ids: z.string().optional() }).parse(request.query)
      const wanted = agent_ids.split(',').filter(Boolean)
      const { agents } = listAgents.output.parse(answer)
      return agents.filter(({ agent_id }) => wanted.length === 0 || wanted.includes(agent_id)).map(toDetails)
    },
  }),
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
