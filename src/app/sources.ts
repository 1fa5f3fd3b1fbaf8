import { logEntrySources } from '../compat/network-agents/log-agent-settings.ts'
import { insertedAlertSources } from '../compat/triage/inserted-alerts.ts'
import type { Config } from '../config.ts'
import { readAlerts } from '../operations/alerts/foreign-alerts.ts'
import type { Intake } from '../pipeline/ingest/intake.ts'
import { runSources } from '../pipeline/ingest/run-sources.ts'
import { parseRecord } from '../pipeline/normalize/parse-record.ts'
import type { Agent } from '../schema/agent/agent.ts'
import type { Base } from './base.ts'

/** The source that reads alerts from RabbitMQ; none without a broker. */
export const alertSources = ({ url, alerts: queue }: Config['rabbitmq']) =>
  url !== undefined && queue !== '' ? [{ name: 'rabbitmq', type: 'rabbitmq', url, queue }] : []

/** Lists every source: the configured ones, and those that other settings name. */
export const sourcesInForce = (config: Config, agents: readonly Agent[]): Config['sources'] => [
  ...config.sources,
  ...alertSources(config.rabbitmq),
  ...insertedAlertSources(config),
  ...logEntrySources(config.network_agents, agents),
]

/** Reads the sources until the program stops. */
export const readSources = (
  { store, outages, telemetry, runtime: { now, log, signal } }: Base,
  sources: Config['sources'],
  intake: Intake,
): Promise<unknown> =>
  runSources({
    sources,
    cursors: { read: store.intake.readCursor, list: store.intake.listCursors },
    outages,
    intake,
    readAlerts,
    now,
    log,
    signal,
    received: telemetry.received,
    dropped: telemetry.rejected,
    timeOf: (text, zoneMinutes) => parseRecord({ text, source: '', receivedAt: now(), zoneMinutes }).time,
  })
