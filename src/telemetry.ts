import pino from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Log } from './component.ts'
import { messageOf } from './errors.ts'
import type { StageHealth } from './operations/deps.ts'
import type { Meter } from './pipeline/stage.ts'

interface TelemetryOptions {
  readonly level: string
  readonly version: string
  /** Writes log lines, one JSON object per line. */
  readonly write: (line: string) => void
}

/** Gauges read on each scrape, because reading them is cheaper than tracking them. */
export interface Gauges {
  queues(): Promise<readonly { topic: string; ready: number; dead: number; oldestAge: number }[]>
  partitions(): Promise<
    readonly {
      readonly topic: string
      readonly partition: number
      readonly waiting: number
      readonly oldestAge: number
      readonly attempts: number
      readonly owner: string | undefined
    }[]
  >
  openAlerts(): Promise<readonly { severity: string; count: number }[]>
  space(): Promise<{ readonly bytes: number; readonly free: number }>
  /** Whether the broker of the queue can be reached; undefined without one. */
  broker(): boolean | undefined
}

export interface Telemetry {
  readonly log: Log
  readonly meter: Meter
  stages(): readonly StageHealth[]
  received(protocol: string, count: number): void
  rejected(reason: string, count: number): void
  parsed(parsed: number, failed: number): void
  detected(detector: string, count: number): void
  notified(sink: string, outcome: string): void
  /** Rows removed by retention. */
  removed(kind: string, count: number): void
  /** Anomalies found in analysed log events, and the time it took. */
  analyzed(anomalies: number, seconds: number): void
  observe(gauges: Gauges): void
  metrics(): Promise<string>
}

/** Creates the logger and the metrics; no other module knows how they are implemented. */
export const createTelemetry = ({ level, version, write }: TelemetryOptions): Telemetry => {
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['*.authorization', '*.token', '*.secret', '*.password', '*.cookie'], censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  )

  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'vedette_' })
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `vedette_${name}`, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name: `vedette_${name}`, help, labelNames, registers })

  const received = counter('events_received_total', 'Records accepted.', ['protocol'])
  const rejected = counter('events_rejected_total', 'Records rejected, by reason.', ['reason'])
  const parsedCount = counter('events_parsed_total', 'Records parsed (yes) or stored as pipeline errors (no).', [
    'parsed',
  ])
  const detected = counter('detections_total', 'Detections created.', ['detector'])
  const notified = counter('notifications_total', 'Deliveries attempted.', ['sink', 'outcome'])
  const removed = counter('retention_removed_total', 'Rows removed by retention.', ['kind'])
  // Dashboards of the log detection service query these names.
  const anomalies = new Counter({
    name: 'anomalies_detected_total',
    help: 'Anomalies among analyzed log events.',
    registers,
  })
  const analysisSeconds = new Histogram({
    name: 'analysis_duration_seconds',
    help: 'Time to analyze log events.',
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const stageItems = counter('pipeline_stage_items_total', 'Items into and out of a stage.', ['stage', 'direction'])
  const stageSeconds = new Histogram({
    name: 'vedette_pipeline_stage_duration_seconds',
    help: 'Time of a stage per batch.',
    labelNames: ['stage'],
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const queueAge = gauge('queue_oldest_age_seconds', 'Age of the oldest waiting job.', ['queue'])
  const queueReady = gauge('queue_ready', 'Waiting items.', ['queue'])
  const queueDead = gauge('queue_dead_letters', 'Dead-lettered jobs.', ['queue'])
  const partitionLabels = ['topic', 'partition'] as const
  const partitionWaiting = gauge('partition_waiting', 'Items that wait or run in a partition.', [...partitionLabels])
  const partitionAge = gauge('partition_oldest_age_seconds', 'Age of the oldest job of a partition.', [
    ...partitionLabels,
  ])
  const partitionAttempts = gauge('partition_failed_attempts', 'Failed attempts of the jobs of a partition.', [
    ...partitionLabels,
  ])
  const partitionOwner = gauge('partition_owner', 'Constant 1; the process that works a partition is a label.', [
    ...partitionLabels,
    'owner',
  ])
  const alertsOpen = gauge('alerts_open', 'Alerts waiting for a decision.', ['severity'])
  const storeBytes = gauge('store_bytes', 'Size of the database.', [])
  const storeFreeBytes = gauge('store_free_bytes', 'Free space inside the database for new rows.', [])
  const brokerUp = gauge('queue_broker_up', 'Whether the broker that carries waiting records responds: 1 or 0.', [
    'broker',
  ])
  const storeUp = gauge('store_up', 'Whether the database responds: 1 or 0.', [])
  gauge('build_info', 'Constant 1; the version is a label.', ['version']).set({ version }, 1)

  const stages = new Map<
    string,
    { received: number; emitted: number; failed: number; seconds: number; lastError?: string }
  >()
  const stageOf = (name: string) => {
    const known = stages.get(name) ?? { received: 0, emitted: 0, failed: 0, seconds: 0 }
    stages.set(name, known)
    return known
  }

  let gauges: Gauges | undefined
  return {
    log,
    meter: {
      passed(stage, receivedItems, emittedItems, seconds) {
        const known = stageOf(stage)
        known.received += receivedItems
        known.emitted += emittedItems
        known.seconds += seconds
        stageItems.inc({ stage, direction: 'in' }, receivedItems)
        stageItems.inc({ stage, direction: 'out' }, emittedItems)
        stageSeconds.observe({ stage }, seconds)
      },
      failed(stage, _receivedItems, error) {
        const known = stageOf(stage)
        known.failed += 1
        known.lastError = messageOf(error)
      },
    },
    stages: () => [...stages].map(([name, counts]) => ({ name, ...counts })),
    received: (protocol, count) => received.inc({ protocol }, count),
    rejected: (reason, count) => rejected.inc({ reason }, count),
    parsed(understood, failed) {
      parsedCount.inc({ parsed: 'yes' }, understood)
      parsedCount.inc({ parsed: 'no' }, failed)
    },
    detected: (detector, count) => detected.inc({ detector }, count),
    notified: (sink, outcome) => notified.inc({ sink, outcome }),
    removed: (kind, count) => removed.inc({ kind }, count),
    analyzed(count, seconds) {
      anomalies.inc(count)
      analysisSeconds.observe(seconds)
    },
    observe(source) {
      gauges = source
    },
    async metrics() {
      const partitionGauges = [partitionWaiting, partitionAge, partitionAttempts, partitionOwner]
      const queueGauges = [queueAge, queueReady, queueDead]
      for (const stale of [...queueGauges, ...partitionGauges, alertsOpen, storeBytes, storeFreeBytes]) stale.reset()
      const broker = gauges?.broker()
      if (broker !== undefined) brokerUp.set({ broker: 'rabbitmq' }, broker ? 1 : 0)
      try {
        for (const { topic, ready, dead, oldestAge } of (await gauges?.queues()) ?? []) {
          queueAge.set({ queue: topic }, oldestAge / 1000)
          queueReady.set({ queue: topic }, ready)
          queueDead.set({ queue: topic }, dead)
        }
        for (const { topic, partition, owner, ...state } of (await gauges?.partitions()) ?? []) {
          const labels = { topic, partition }
          partitionWaiting.set(labels, state.waiting)
          partitionAge.set(labels, state.oldestAge / 1000)
          partitionAttempts.set(labels, state.attempts)
          if (owner !== undefined) partitionOwner.set({ ...labels, owner }, 1)
        }
        for (const { severity, count } of (await gauges?.openAlerts()) ?? []) alertsOpen.inc({ severity }, count)
        const space = await gauges?.space()
        storeBytes.set(space?.bytes ?? 0)
        storeFreeBytes.set(space?.free ?? 0)
        storeUp.set(1)
      } catch (error) {
        // The other metrics matter most while the database is unreachable.
        log.warn({ reason: messageOf(error) }, 'Cannot read the metrics of the database.')
        storeUp.set(0)
      }
      return registry.metrics()
    },
  }
}
