import type { z } from 'zod'
import type { analyzerLog, BatchFeatures } from './log-batch.ts'

interface ScoredLogs {
  readonly id: number
  readonly logs: readonly z.infer<typeof analyzerLog>[]
  readonly features: BatchFeatures
  readonly score: number
  readonly summary: string
  /** In ms. */
  readonly time: number
}

/** Makes an alert of a batch that scored above the threshold, in the format of external senders, with its service and its addresses. */
export const batchAlert = ({ id, logs, features, score, summary, time }: ScoredLogs): object => {
  const [service, ...others] = features.services
  const addresses = [...new Set(logs.flatMap((log) => addressOf(log) ?? []))]
  const where = service === undefined || others.length > 0 ? `${features.services.length} services` : service
  return {
    alert_id: `log-analyzer-${id}`,
    timestamp: new Date(time).toISOString(),
    source: 'log-analyzer',
    alert_type: features.failed_login_count > 0 ? 'brute_force' : 'anomaly',
    severity: score >= 0.95 ? 'high' : 'medium',
    title: `Anomalous batch of logs from ${where}`.slice(0, 500),
    description: `${summary} in ${features.count} logs.`,
    ...(addresses.length === 1 && { source_ip: addresses[0] }),
    ...(service !== undefined && others.length === 0 && { asset_id: service.slice(0, 200) }),
    source_ref: `/incidents#${id}`,
    raw_data: { incident_id: id, score, features, addresses: addresses.slice(0, 20) },
  }
}

const shape = /^(\d{1,3}(\.\d{1,3}){3}|[\da-f:]*:[\da-f:.]+)$/i

/** The address of a log, where the analyser's senders put it: in `metadata.ip`. */
const addressOf = ({ metadata }: z.infer<typeof analyzerLog>): string | undefined => {
  const ip: unknown = typeof metadata === 'object' && metadata !== null && 'ip' in metadata ? metadata.ip : undefined
  return typeof ip === 'string' && shape.test(ip) ? ip : undefined
}
