import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { receiversInForce } from '../compat/network-agents/log-agent-settings.ts'
import { describeContext } from '../context/describe-context.ts'
import { askAboutRealAlerts, openSampleWeek } from '../demo/sample-week.ts'
import { createCheckpoint } from '../pipeline/checkpoint.ts'
import { createClock } from '../pipeline/clock.ts'
import { createCorrelate } from '../pipeline/correlate/correlate.ts'
import { createMerge } from '../pipeline/detect/merge/merge.ts'
import { createIntake } from '../pipeline/ingest/intake.ts'
import { createReceivers } from '../pipeline/notify/receivers.ts'
import { createPackEvents } from '../pipeline/pack-events.ts'
import { createPipeline } from '../pipeline/pipeline.ts'
import { readPlaybooks } from '../pipeline/propose/playbooks.ts'
import { createPropose } from '../pipeline/propose/propose.ts'
import { createPublish } from '../pipeline/publish/publish.ts'
import { recover } from '../pipeline/recovery.ts'
import { createHistory } from '../pipeline/triage/history.ts'
import { createLanguageModels } from '../pipeline/triage/llm/language-models.ts'
import { triagerRegistry } from '../pipeline/triage/registry.ts'
import { createTriage, keepTriage } from '../pipeline/triage/triage.ts'
import { createTriageAlert } from '../pipeline/triage/triage-alert.ts'
import { createDeliveryTransaction } from '../queue/delivery-transaction.ts'
import { createLease } from '../queue/lease.ts'
import type { Alert } from '../schema/alert.ts'
import type { Transaction } from '../store/database.ts'
import type { Foundation } from './base.ts'
import { createEventStages } from './event-stages.ts'
import type { Learnt } from './learnt.ts'
import type { AppTables } from './tables.ts'

const checkpointMs = 30_000
/** How many alerts a crash may have left without a triage result. */
const mostUntriaged = 10_000

/**
 * Creates every stage and starts to deliver the topics of this thread. The thread that delivers records restores what the last run learnt.
 *
 * @param elsewhere the thread that delivers records, if this one does not
 */
export const startPipeline = async (base: Foundation, tables: AppTables, elsewhere?: Learnt) => {
  const { config, store, queue, telemetry, outages, runtime } = base
  const { now, log, signal } = runtime
  const { partition } = config
  const { context, intel, suppressions } = tables

  const stages = createEventStages({
    config,
    clock: createClock(now),
    rules: tables.rules.book,
    context: context.tables,
    indicators: intel.intel.table.index,
    agents: tables.agents,
    log,
    signal,
  })
  const { learners } = stages
  const checkpoint = createCheckpoint({ learners, models: store.models, interval: checkpointMs, now, log })
  const tick = () => {
    const empty = { partition, first: 0, source: 'clock', receivedAt: now(), texts: [] }
    return store.transaction((tx) => queue.publish('records', [empty], tx))
  }
  const sampleWeek = await openSampleWeek({
    folder: fileURLToPath(new URL('../../samples', import.meta.url)),
    store,
    intake: createIntake({ store, queue, partition, now }),
    queue,
    tick,
    forget: () => learnt.forget(),
    now,
    log,
    signal,
  })

  const history = createHistory(store.alerts.recent)
  store.alerts.onRemoved(history.forget)
  const lookUp = intel.intel.lookUpAlert
  const triage = {
    triager: triagerRegistry.create('risk', config.triage.risk, runtime),
    neighbours: {
      context: (alert: Alert) => describeContext(alert, context.tables),
      intelligence: lookUp,
      history: history.of,
    },
    risk: config.triage.risk,
    now,
    log,
  }
  const learnt: Learnt = elsewhere ?? {
    parse: async (batch) => stages.parse(batch),
    triageAlert: createTriageAlert(triage),
    progress: async () => stages.progress(),
    loginHistory: async () => context.tables.history.save(),
    forget: async () => checkpoint.forget(),
  }
  const publish = createPublish<Transaction>({
    url: config.rabbitmq.url,
    queue: config.rabbitmq.results,
    outbox: store.alertResults,
    contexts: store.alertContext,
    lookUp,
    outages,
    wake: base.resultsStored,
    now,
    log,
  })
  const models = createLanguageModels<Transaction>({
    config: config.triage.llm,
    queries: config.query_guard.language_model,
    store,
    transaction: () => createDeliveryTransaction(store.connections),
    surroundings: publish.surroundings,
    runtime,
  })
  const playbooks = readPlaybooks(config.remediation.playbooks)
  // Receivers that need a rest and storms of messages are known to one process only, so one process sends all messages.
  const sender = createLease(store.connections, 'messages to people', randomUUID())
  const receivers = createReceivers<Transaction>({
    notify: receiversInForce(config),
    publicUrl: config.server.public_url,
    store,
    runtime,
    notified: telemetry.notified,
    isSender: async () => (await sender.hold()) !== undefined,
  })

  createPipeline<Transaction, unknown>({
    queue,
    meter: telemetry.meter,

    normalize: stages.normalizer.stage,
    mine: stages.mine,
    enrich: stages.enrich,
    events: createPackEvents({
      events: store.events,
      parseHealth: store.parseHealth,
      takeCounts: stages.normalizer.takeCounts,
      reached: checkpoint.reached,
      parsed: telemetry.parsed,
    }),
    detect: stages.detect,
    detections: {
      async save(detections, tx) {
        await store.detections.save(detections, tx)
        await store.anomalies.save(detections, tx)
        for (const { detector } of detections) telemetry.detected(detector, 1)
        intel.countDetections(detections)
      },
    },
    merge: createMerge(store.alerts, store.suppressions, store.audit, { now, suppress: suppressions.suppress }),
    checkpoint: checkpoint.stage,
    async recover() {
      await recover({ events: store.events, checkpoint, learn: stages.replay, log })
      // A crash may have left alerts without a triage result: the topic carries ids, the store is the truth.
      const untriaged = await store.alerts.untriaged(mostUntriaged)
      if (untriaged.length > 0) await store.transaction((tx) => queue.publish('alerts', untriaged, tx))
    },

    alerts: store.alerts,
    triage: createTriage(triage),
    triageResults: keepTriage({ results: store.triageResults, contexts: store.alertContext }),
    modelRequests: askAboutRealAlerts(models.stages.requests),
    askModels: models.stages.ask,
    opinions: models.stages.opinions,
    results: publish.results,
    correlate: createCorrelate(store.alerts, store.incidents, { now, gap: config.correlate.gap }),
    propose: createPropose(playbooks, store.remediationActions, now),

    incidents: store.incidents,
    notify: sampleWeek.withhold(receivers.notify),
  })

  return {
    intake: sampleWeek.intake,
    learnt,
    sampleWeek,
    history,
    publish,
    models,
    playbooks,
    receivers,
    jobs: [
      { name: 'deliver notifications', every: 500, run: receivers.delivery.sendDue },
      // Detectors find silence by the tick when no records come.
      { name: 'tick', every: 15_000, run: tick },
      ...models.jobs,
    ],
    save: checkpoint.save,
    /** Lets another process send messages at once. */
    release: sender.release,
  }
}
export type RunningPipeline = Awaited<ReturnType<typeof startPipeline>>
