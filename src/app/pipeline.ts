import { bundledPath } from '../bundled-path.ts'
import { receiversInForce } from '../compat/network-agents/log-agent-settings.ts'
import { tagsOf } from '../context/asset-tags.ts'
import { describeContext } from '../context/describe-context.ts'
import { askAboutRealAlerts, openSampleWeek } from '../demo/sample-week.ts'
import { composeDigest } from '../operations/digests/compose-digest.ts'
import { createCorrelate } from '../pipeline/correlate/correlate.ts'
import { createMerge } from '../pipeline/detect/merge/merge.ts'
import { createIntake } from '../pipeline/ingest/intake.ts'
import { createReceivers } from '../pipeline/notify/receivers.ts'
import { createPipeline } from '../pipeline/pipeline.ts'
import { readPlaybooks } from '../pipeline/propose/playbooks.ts'
import { createPropose } from '../pipeline/propose/propose.ts'
import { createPublish } from '../pipeline/publish/publish.ts'
import { createHistory } from '../pipeline/triage/history.ts'
import { createLanguageModels } from '../pipeline/triage/llm/language-models.ts'
import { triagerRegistry } from '../pipeline/triage/registry.ts'
import { createTriage, keepTriage } from '../pipeline/triage/triage.ts'
import { createTriageAlert } from '../pipeline/triage/triage-alert.ts'
import { createDeliveryTransaction } from '../queue/delivery-transaction.ts'
import { createLease } from '../queue/lease.ts'
import type { Alert } from '../schema/alert/alert.ts'
import type { Transaction } from '../store/database.ts'
import type { Foundation } from './base.ts'
import { createFactStages } from './fact-stages.ts'
import type { Learnt } from './learnt.ts'
import { createPartitionStages } from './partition-stages.ts'
import type { PipelineThread } from './pipeline-thread/pipeline-thread.ts'
import type { AppTables } from './tables.ts'
import { createUpgradeWatch } from './upgrade-watch.ts'

/** The maximum number of alerts that a crash may have left without a triage result. */
const mostUntriaged = 10_000

/**
 * Creates every stage and starts to deliver the topics of this thread. The thread that delivers records restores what the last run learnt.
 *
 * @param elsewhere the thread that delivers records, if this one does not
 */
export const startPipeline = async (
  base: Foundation,
  tables: AppTables,
  elsewhere?: Learnt & Pick<PipelineThread, 'isAsleep'>,
) => {
  const { config, store, queue, telemetry, outages, runtime } = base
  const { now, log, signal } = runtime
  const { partitions, topics: works } = config
  const { context, intel, suppressions } = tables

  const stages = createPartitionStages(base, tables, async (partition) => {
    if (partition > 0) return
    // A crash may have left alerts without a triage result: the topic carries ids, the store is the truth.
    const untriaged = await store.alerts.untriaged(mostUntriaged)
    if (untriaged.length > 0) await store.transaction((tx) => queue.publish('alerts', untriaged, tx))
  })
  const ticker = createLease(store.connections, 'ticks')
  const tick = () => {
    const receivedAt = now()
    const empty = Array.from({ length: partitions }, (_, partition) => ({
      ...{ partition, first: 0, source: 'clock', receivedAt },
      texts: [],
    }))
    return store.transaction((tx) => queue.publish('records', empty, tx))
  }
  const tickWhenAwake = async (): Promise<void> => {
    if (!elsewhere?.isAsleep() && (await ticker.hold())) await tick()
  }
  const sampleWeek = await openSampleWeek({
    folder: bundledPath('samples'),
    store,
    intake: createIntake({ store, queue, partitions, now }),
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
  const across = createFactStages(base, tables)
  const learnt: Learnt = elsewhere ?? {
    ...stages.learnt,
    async forget() {
      await stages.learnt.forget()
      across.forget()
    },
    triageAlert: createTriageAlert(triage),
  }
  const publisher = createLease(store.connections, 'results to RabbitMQ')
  const publish = createPublish<Transaction>({
    url: config.rabbitmq.url,
    queues: {
      results: config.rabbitmq.results,
      normalized: config.rabbitmq.normalized,
      enriched: config.rabbitmq.enriched,
      contextualized: config.rabbitmq.contextualized,
    },
    outbox: {
      ...store.alertResults,
      due: async (limit) => ((await publisher.hold()) ? store.alertResults.due(limit) : []),
    },
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
  const upgrade = createUpgradeWatch(store, log)
  const playbooks = readPlaybooks(config.remediation.playbooks)
  // Receivers that need a rest and storms of messages are known to one process only, so one process sends all messages.
  const sender = createLease(store.connections, 'messages to people')
  const receivers = createReceivers<Transaction>({
    notify: receiversInForce(config),
    maintenance: config.maintenance,
    tagsOf: (alert) => tagsOf(alert, context.tables),
    digests: config.digests,
    composeDigest: (wanted) => composeDigest(wanted, { store, learning: () => learnt.progress() }),
    transaction: store.transaction,
    publicUrl: config.server.public_url,
    store,
    runtime,
    notified: telemetry.notified,
    isSender: async () => (await sender.hold()) !== undefined,
  })

  createPipeline({
    queue,
    meter: telemetry.meter,

    open: stages.open,
    across: across.stages,
    detections: {
      async save(detections, tx) {
        await store.detections.save(detections, tx)
        await store.anomalies.save(detections, tx)
        for (const { detector } of detections) telemetry.detected(detector, 1)
        intel.countDetections(detections)
      },
    },
    merge: createMerge(store.alerts, store.suppressions, store.audit, { now, suppress: suppressions.suppress }),

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
    problems: upgrade.problems,
    /** The jobs of the thread that delivers facts. */
    factJobs: across.jobs,
    jobs: [
      upgrade.job,
      ...across.jobs,
      ...(works.includes('incidents')
        ? [
            { name: 'deliver notifications', every: 500, run: receivers.delivery.sendDue },
            { name: 'plan digests', every: 60_000, run: receivers.planDigests },
          ]
        : []),
      // Detectors find silence by the tick when no records come.
      ...(works.includes('records') ? [{ name: 'tick', every: 15_000, run: tickWhenAwake }] : []),
      ...(works.includes('alerts') ? models.jobs : []),
    ],
    /** Publishes results until the signal aborts. */
    publishResults: works.includes('alerts') ? publish.run : async () => {},
    /** Lets another process take over at once the work that one process does for all. */
    async release() {
      for (const lease of [sender, publisher, ticker]) await lease.release()
    },
  }
}
export type RunningPipeline = Awaited<ReturnType<typeof startPipeline>>
