import { z } from 'zod'
import { presentText } from '../../api/rest/present-text.ts'
import type { Present, Route } from '../../api/rest/route.ts'
import { AppError } from '../../errors.ts'
import { plural } from '../../lib/units/number.ts'
import { agentItem } from './agent-routes.ts'
import { type AgentService, agentService, getAgentService } from './get-agent-service.ts'
import { route } from './route.ts'

/** A page of the service, made from its state. `id` is the part of the address after `:`. */
const page = (
  path: string,
  show: (service: AgentService, id: string) => unknown,
  method: Route['method'] = 'GET',
): Route =>
  route({
    method,
    path: `/api/v1${path}`,
    operation: getAgentService,
    hide: true,
    present: (answer, request) => {
      const { id = '' } = z.object({ id: z.string().optional() }).parse(request.params)
      return show(agentService.parse(answer), id)
    },
  })

const uptimeText = (seconds: number): string => {
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3_600) % 24, (seconds / 60) % 60].map(Math.floor)
  return `${days}d ${hours}h ${minutes}m ${Math.floor(seconds % 60)}s`
}

const usedPercent = ({ total, free }: { readonly total: number; readonly free: number }): number =>
  total === 0 ? 0 : Math.round((100 * (total - free)) / total)

const metricsOf = ({ cpu, memory, response_ms }: AgentService) => ({
  cpu_usage: cpu.percent,
  memory_usage: usedPercent(memory),
  response_time: response_ms,
})

const isHealthy = ({ ready, problems }: AgentService): boolean => ready && problems.length === 0

/** Vedette has no Redis, so the connection to it is never shown as an error. */
const statusOf = (service: AgentService) => {
  const healthy = isHealthy(service)
  const last_check = new Date().toISOString()
  const connection = (works: boolean) => ({
    status: works ? 'connected' : 'error',
    last_check,
    ...(!works && { error: service.problems.join(' ') }),
  })
  return {
    status: healthy ? 'healthy' : 'unhealthy',
    uptime: uptimeText(service.uptime),
    version: service.version,
    metrics: metricsOf(service),
    connections: {
      mcp_service: connection(service.ready),
      backend_service: connection(service.ready),
      data_source: connection(healthy),
      database: connection(service.ready),
      model_service: connection(service.ready),
      redis: { status: 'disconnected', last_check },
    },
  }
}

const serverStatus = (service: AgentService) => ({
  ...statusOf(service),
  disk_usage: usedPercent(service.disk),
  total_memory: `${(service.memory.total / 2 ** 30).toFixed(1)} GiB`,
  available_memory: `${(service.memory.free / 2 ** 30).toFixed(1)} GiB`,
  components: {
    database: service.ready ? 'healthy' : 'unhealthy',
    model: service.ready ? 'healthy' : 'unhealthy',
    cache: 'healthy',
  },
  services: service.agents.map(({ agent_id, is_running }) => ({
    name: agent_id,
    status: is_running ? 'running' : 'stopped',
    uptime: is_running ? uptimeText(service.uptime) : '',
    memoryUsage: 0,
  })),
})

/** The page shows severities from 1 to 10. */
const outOfTen = { info: 1, low: 3, medium: 5, high: 8, critical: 10 } as const

const toDashboardAnomaly = ({ anomaly_type, severity, ...rest }: AgentService['newest'][number]) => ({
  ...rest,
  type: anomaly_type,
  severity: severity === null ? null : outOfTen[severity],
  status: 'detected',
})

/** The models of agents: one for each agent that learns, of all devices together. They are trained all the time. */
const modelsOf = (service: AgentService) =>
  service.agents
    .filter(({ config }) => config.agent_type !== 'rule_based')
    .map((agent) => {
      const places = service.learnt.filter(({ agent_id }) => agent_id === agent.agent_id)
      const rules = z.object({ feature_extraction: z.record(z.string(), z.unknown()).default({}) })
      const parsed = rules.safeParse(agent.config.analysis_rules)
      return {
        agent,
        windows: places.reduce((sum, { seen }) => sum + seen, 0),
        isTrained: places.some(({ seen, needed }) => seen >= needed),
        features: parsed.success ? Object.keys(parsed.data.feature_extraction) : [],
      }
    })
type Model = ReturnType<typeof modelsOf>[number]

/** Nobody labels the findings, so there is no accuracy to show. */
const unknownMetrics = { accuracy: null, false_positive_rate: null, false_negative_rate: null }

const toModel = ({ agent, isTrained, windows }: Model) => ({
  id: agent.agent_id,
  version: agent.agent_id,
  name: agent.name,
  created_at: null,
  status: agent.is_running ? 'active' : 'inactive',
  is_active: agent.is_running,
  is_trained: isTrained,
  windows_learnt: windows,
  metrics: unknownMetrics,
})

const toModelInfo = (model: Model) => {
  const { process_filters: programs, ...rest } = agentItem(model.agent)
  return { ...toModel(model), agent_info: { ...rest, programs } }
}

const toManagedModel = ({ agent, windows, isTrained, features }: Model) => ({
  version: agent.agent_id,
  path: null,
  status: agent.is_running ? 'deployed' : 'inactive',
  created_at: null,
  last_updated: agent.newest_anomaly,
  import_method: 'trained',
  metadata: {
    model_info: {
      version: agent.agent_id,
      model_type: 'isolation_forest',
      created_at: null,
      description: agent.description,
    },
    training_info: {
      n_samples: windows,
      n_features: features.length,
      feature_names: features,
      training_date: null,
      is_trained: isTrained,
    },
    evaluation_info: { basic_metrics: { f1_score: null, precision: null, recall: null, roc_auc: null } },
    deployment_info: { status: agent.is_running ? 'deployed' : 'inactive', deployed_at: null, deployed_by: null },
  },
})

const toValidation = ({ isTrained, windows }: Model) => ({
  is_valid: isTrained,
  score: null,
  errors: [],
  warnings: isTrained ? [] : [`It has learnt ${plural(windows, 'window')}, too few to find anomalies.`],
  recommendations: [],
})

const requireModel = (service: AgentService, id: string): Model => {
  const models = modelsOf(service)
  const found = models.find(({ agent }) => agent.agent_id === id)
  if (found) return found
  throw new AppError('NOT_FOUND', `Unknown model: "${id.slice(0, 80)}".`, {
    hint: `Use one of: ${models.map(({ agent }) => agent.agent_id).join(', ')}.`,
  })
}

const listModels = (service: AgentService) => {
  const models = modelsOf(service).map(toModel)
  return { models, total: models.length, active_model: models.find(({ is_active }) => is_active) ?? null, metadata: {} }
}

/** Adds the names of the service to our metrics. The duration is that of the stage that runs all detectors, per line. */
const toMetrics = ({ agents, learnt, stages, alerts, metrics }: AgentService): string => {
  const detect = stages.find(({ name }) => name === 'detect')
  const types = Map.groupBy(
    agents.flatMap(({ by_type }) => Object.entries(by_type)),
    ([type]) => type,
  )
  const rows = (name: string, kind: string, values: readonly (readonly [labels: string, value: number])[]) => [
    `# TYPE wifi_agent_${name} ${kind}`,
    ...values.map(([labels, value]) => `wifi_agent_${name}${labels} ${value}`),
  ]
  return [
    metrics.trimEnd(),
    ...rows('logs_processed_total', 'counter', [['', detect?.received ?? 0]]),
    ...rows(
      'anomalies_detected_total',
      'counter',
      [...types].map(([type, counts]) => [`{type="${type}"}`, counts.reduce((sum, [, count]) => sum + count, 0)]),
    ),
    ...rows(
      'alerts_generated_total',
      'counter',
      alerts.map(({ severity, count }) => [`{severity="${severity}"}`, count]),
    ),
    ...rows('processing_duration_seconds', 'summary', [
      ['_sum', detect?.seconds ?? 0],
      ['_count', detect?.received ?? 0],
    ]),
    ...rows('active_devices', 'gauge', [['', new Set(learnt.map(({ device }) => device)).size]]),
    '',
  ].join('\n')
}

const presentMetrics: Present = (answer, request, reply) =>
  presentText(toMetrics(agentService.parse(answer)), request, reply)

/** The pages of the service, on its own port. */
export const serviceRoutes: readonly Route[] = [
  page('/dashboard', (service) => ({
    system_status: statusOf(service),
    recent_anomalies: service.newest.map(toDashboardAnomaly),
    performance_metrics: metricsOf(service),
  })),
  page('/server/status', serverStatus),
  page('/server/stats', ({ cpu, memory, disk, uptime }) => ({
    cpu: { usage: cpu.percent, cores: cpu.cores, temperature: 0 },
    memory: { ...memory, used: memory.total - memory.free },
    disk: { ...disk, used: disk.total - disk.free },
    uptime: uptimeText(uptime),
  })),
  page('/models', listModels),
  page('/models/current', (service) => listModels(service).active_model),
  page('/models/status', (service) => {
    const { active_model } = listModels(service)
    return {
      model_version: active_model?.version ?? null,
      last_updated: null,
      status: active_model?.status ?? 'inactive',
      performance: unknownMetrics,
    }
  }),
  page('/models/:id/info', (service, id) => toModelInfo(requireModel(service, id))),
  page('/model-management/models', (service) => modelsOf(service).map(toManagedModel)),
  page('/model-management/models/:id', (service, id) => toManagedModel(requireModel(service, id))),
  page('/model-management/:id/validate', (service, id) => toValidation(requireModel(service, id)), 'POST'),
  page('/model-management/training-service/connection', () => ({
    connected: false,
    path_exists: false,
    models_found: 0,
  })),
  page('/model-management/training-service/models', () => []),
  // Nothing is measured per model, and no model is transferred: the lists are empty.
  page('/model-management/performance', () => []),
  page('/model-management/transfer-history', () => []),
  {
    ...{ method: 'GET', path: '/metrics', operation: getAgentService, present: presentMetrics },
    ...{ hide: true, bareToken: true, type: 'text/plain' },
  },
]
