import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os'
import { z } from 'zod'
import { listAgents, watchingAgent } from '../../operations/agents/list-agents.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { anomaly } from '../../schema/agent/anomaly.ts'
import { severity } from '../../schema/severity.ts'

/** The host, the pipeline and the agents, as the pages of the log-agent service show them. */
export const agentService = z.object({
  version: z.string(),
  ready: z.boolean(),
  problems: z.array(z.string()),
  /** Of the process, in seconds. */
  uptime: z.number(),
  /** The time that the store took to respond, in ms. */
  response_ms: z.number(),
  cpu: z.object({ percent: z.number(), cores: z.int() }),
  /** In bytes. */
  memory: z.object({ total: z.number(), free: z.number() }),
  disk: z.object({ total: z.number(), free: z.number() }),
  stages: z.array(z.object({ name: z.string(), received: z.int(), seconds: z.number() })),
  agents: z.array(watchingAgent),
  newest: z.array(anomaly.extend({ severity: severity.nullable() })),
  /** The windows that each agent has learnt, by agent and device. */
  learnt: z.array(z.object({ agent_id: z.string(), device: z.string(), seen: z.int(), needed: z.int() })),
  alerts: z.array(z.object({ severity: z.string(), count: z.int() })),
  /** In the Prometheus text format. */
  metrics: z.string(),
})
export type AgentService = z.output<typeof agentService>

const newestShown = 10

/** Shows the state of the service, on a host whose database responds or not. */
export const getAgentService = defineOperation({
  name: 'get_agent_service',
  summary: 'Returns the state of the host, the pipeline and the network agents, for pages of the log-agent service.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(200).optional().describe('The model that a page is about.') }),
  output: agentService,
  async run(_input, deps: Pick<Deps, 'store' | 'agents' | 'activeAgents' | 'health' | 'learning' | 'metrics'>) {
    const began = performance.now()
    const { ready, problems, stages } = await deps.health()
    const responseMs = Math.round(performance.now() - began)
    const [disk, stored, learning, metrics] = await Promise.all([
      statfs('.'),
      ready ? readStored(deps) : { agents: [], newest: [], alerts: [] },
      deps.learning(),
      deps.metrics(),
    ])
    const cores = availableParallelism()
    return {
      metrics,
      version: /build_info\{version="([^"]+)"/.exec(metrics)?.[1] ?? 'unknown',
      ready,
      problems: [...problems],
      uptime: process.uptime(),
      response_ms: responseMs,
      cpu: { percent: Math.min(100, Math.round((100 * (loadavg()[0] ?? 0)) / cores)), cores },
      memory: { total: totalmem(), free: freemem() },
      disk: { total: disk.bsize * disk.blocks, free: disk.bsize * disk.bavail },
      stages: stages.map(({ name, received, seconds }) => ({ name, received, seconds })),
      ...stored,
      learnt: learning
        .filter(({ detector }) => detector === 'agent-model')
        .flatMap(({ progress }) => progress)
        .map(({ of, seen, needed }) => {
          const [agent_id = '', ...device] = of.split(' ')
          return { agent_id, device: device.join(' '), seen, needed }
        }),
    }
  },
})

const readStored = async ({ store, agents: all, activeAgents }: Pick<Deps, 'store' | 'agents' | 'activeAgents'>) => {
  const [{ agents }, newest, counts] = await Promise.all([
    listAgents.run({}, { store, agents: all, activeAgents, actor: { name: 'service', role: 'viewer' } }),
    store.anomalies.list({ limit: newestShown, offset: 0 }),
    store.alerts.counts(),
  ])
  const ids = await store.anomalies.detectionIds(newest.map(({ id }) => id))
  const detections = await store.detections.load([...ids.values()])
  const severities = new Map(detections.map((detection) => [detection.id, detection.severity]))
  const bySeverity = Map.groupBy(counts, ({ severity }) => severity)
  const alerts = [...bySeverity].map(([severity, rows]) => ({
    severity,
    count: rows.reduce((sum, { count }) => sum + Number(count), 0),
  }))
  return {
    agents,
    alerts,
    newest: newest.map((one) => ({ ...one, severity: severities.get(ids.get(one.id) ?? '') ?? null })),
  }
}
