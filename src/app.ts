import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { StdioDoor } from './api/mcp/stdio.ts'
import { createAnomalies } from './app/anomalies.ts'
import { startWithDatabase } from './app/await-database.ts'
import { runBackground } from './app/background.ts'
import { banner } from './app/banner.ts'
import { createDoors, type LocalMcpOptions } from './app/doors.ts'
import { firstAdminToken } from './app/entry.ts'
import { createEventStages } from './app/event-stages.ts'
import { showSamples, wantsSamples } from './app/first-start.ts'
import { createOffload } from './app/offload/offload.ts'
import { layRoad } from './app/pipeline.ts'
import { createReload } from './app/reload.ts'
import { createSamples } from './app/samples.ts'
import { createEntry } from './app/sign-in.ts'
import { ring, ringAgain, tickAt } from './app/upkeep.ts'
import { logEntrySources, receiversInForce } from './compat/network-agents/log-agent-settings.ts'
import { createCompatSystems } from './compat/systems.ts'
import type { Log } from './component.ts'
import type { Config, Origins } from './config.ts'
import { createContext } from './context/context.ts'
import { gatherContext } from './context/gather.ts'
import { messageOf } from './errors.ts'
import { createIntel } from './intel/create-intel.ts'
import { newId, newSecret } from './lib/identity/identity.ts'
import { createSignInKeys } from './operations/accounts/sign-in-keys.ts'
import { createCarryOut } from './operations/actions/carry-out.ts'
import { agentsInForce, readAgents } from './operations/agents/read-agents.ts'
import { createAuditCheckpoint } from './operations/audit/audit-checkpoint.ts'
import type { Deps } from './operations/deps.ts'
import { createLogModels } from './operations/models/log-models.ts'
import { createQueryGuard } from './operations/query-results/query-guard.ts'
import { createRules, importsFolder } from './operations/rules/rule-folders.ts'
import { recoverImports } from './operations/rules/rule-imports.ts'
import { createReach } from './operations/rules/rule-reach.ts'
import { createHealth } from './operations/status/health.ts'
import { createOutages } from './operations/status/outages.ts'
import { prepareToShrink } from './operations/storage/compact-database.ts'
import { finishMoves } from './operations/storage/put-in-place.ts'
import { createSuppressions } from './operations/suppressions/suppressions-in-force.ts'
import { createCheckpoint } from './pipeline/checkpoint.ts'
import { createClock } from './pipeline/clock.ts'
import { countIntake } from './pipeline/ingest/count-intake.ts'
import { createIntake } from './pipeline/ingest/intake.ts'
import { createReceivers } from './pipeline/notify/receivers.ts'
import { readPlaybooks } from './pipeline/propose/playbooks.ts'
import { createPublish } from './pipeline/publish/publish.ts'
import { recover } from './pipeline/recovery.ts'
import { createHistory } from './pipeline/triage/history.ts'
import { createLanguageModels } from './pipeline/triage/llm/language-models.ts'
import { triagerRegistry } from './pipeline/triage/registry.ts'
import { createTriageAlert } from './pipeline/triage/triage-alert.ts'
import { createDeliveryTransaction } from './queue/delivery-transaction.ts'
import { openEmbeddedQueue } from './queue/embedded.ts'
import { type Alert, openAlertStatuses } from './schema/alert.ts'
import type { Transaction } from './store/database.ts'
import { lockStore } from './store/lock-store.ts'
import { type OpenStore, openStore } from './store/open-store.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'
import { readVersion } from './version.ts'

interface AppOptions {
  readonly config: Config
  readonly origins: Origins
  /** Takes what people who start it by hand should read. */
  readonly print: (text: string) => void
  readonly signal: AbortSignal
  /** Sources besides the configured ones. */
  readonly extraSources?: Config['sources']
}

export interface App {
  readonly address: string
  readonly deps: Deps
  /** Reads rules, tables and settings anew; puts to use what can change without a restart, and logs the rest. */
  reload(load: () => Promise<Config>): Promise<void>
  /** Serves MCP on standard input and output. */
  serveMcp(options: LocalMcpOptions): StdioDoor
  /** Stops taking things in, lets what runs end, and saves what was learnt. */
  stop(): Promise<void>
}

const drainMs = 8_000
const checkpointMs = 30_000

/** Puts the whole program together and starts it, as soon as its database answers; undefined when the signal comes first. */
export const startApp = async (options: AppOptions): Promise<App | undefined> => {
  const { config, signal } = options
  const version = readVersion()
  const telemetry = createTelemetry({ level: config.log.level, version, write: (line) => process.stderr.write(line) })
  const { log } = telemetry
  const isNew = !existsSync(config.data_dir)
  mkdirSync(config.data_dir, { recursive: true, mode: 0o700 })
  const storeLock = await lockStore(config.storage.url, 'server')
  await finishMoves(config.data_dir)
  prepareToShrink(config.storage.url, log)
  const app = await startWithDatabase({
    open: () => openStore(config.storage.url, { now: Date.now, log }),
    async start(store) {
      const stop = new AbortController()
      const queue = openQueue(config, store, log)
      const parts = { ...options, version, telemetry, store, storeLock, queue, isNew, stop }
      try {
        return await assemble(parts)
      } catch (error) {
        stop.abort()
        await parts.queue.close(0)
        await store.close()
        throw error
      }
    },
    config,
    log,
    signal,
  }).catch(async (error: unknown) => {
    await storeLock.release()
    throw error
  })
  if (!app) await storeLock.release()
  return app
}

const openQueue = ({ queue }: Config, { connections }: OpenStore, log: Log) =>
  openEmbeddedQueue({
    connections,
    now: Date.now,
    log,
    maxRecords: queue.max_records,
    maxBytes: queue.max_bytes,
  })

interface Parts extends AppOptions {
  readonly version: string
  readonly telemetry: Telemetry
  readonly store: OpenStore
  readonly storeLock: Awaited<ReturnType<typeof lockStore>>
  readonly queue: ReturnType<typeof openQueue>
  /** Whether the data folder was made just now. */
  readonly isNew: boolean
  readonly stop: AbortController
}

const assemble = async (parts: Parts): Promise<App> => {
  const {
    config,
    origins,
    print,
    signal,
    extraSources = [],
    version,
    telemetry,
    store,
    storeLock,
    queue,
    isNew,
    stop,
  } = parts
  const now = Date.now
  const ended = AbortSignal.any([signal, stop.signal])
  const { log } = telemetry
  const runtime = { now, fetch, log, signal: ended }
  const { partition } = config
  const outages = createOutages(now)
  const ownDoor = createIntake({ store, queue, partition, now })

  const rulesFolder = importsFolder(config)
  await recoverImports(rulesFolder)
  const rules = createRules({ config, settings: store.ruleSettings.list, log })
  await rules.refresh()
  const clock = createClock(now)
  const context = createContext({ config, store, log })
  await context.refresh()
  await context.refreshNetworks()
  const threats = createIntel({ config, store, runtime })
  await threats.intel.table.refresh()
  const agents = agentsInForce(config)
  const stages = createEventStages({
    config,
    clock,
    rules: rules.book,
    context: context.tables,
    indicators: threats.intel.table.index,
    agents,
    log,
    signal: ended,
  })
  const { learners } = stages
  const checkpoint = createCheckpoint({ partition, learners, models: store.models, interval: checkpointMs, now, log })
  const samples = createSamples({
    folder: fileURLToPath(new URL('../samples', import.meta.url)),
    store,
    intake: ownDoor,
    queue,
    tick: () => ring(queue, store, 'records', [tickAt(partition, now())]),
    forget() {
      checkpoint.forget()
      clock.reset()
    },
    now,
    log,
    signal: ended,
  })
  const intake = samples.door
  const suppressions = createSuppressions({ list: store.suppressions.list, now })
  const receivers = createReceivers({ notify: receiversInForce(config), store, runtime, notified: telemetry.notified })
  await suppressions.refresh()
  await recover({ partition, events: store.events, checkpoint, learn: stages.replay, log })
  await ringAgain(queue, store)
  await samples.begin()

  const anomalies = await createAnomalies({ config, store, now, log })
  const auditCheckpoint = createAuditCheckpoint({ dataDir: config.data_dir, audit: store.audit, log })
  const playbooks = readPlaybooks(config.remediation.playbooks)
  const history = createHistory(store.alerts.recent)
  store.alerts.onRemoved(history.forget)
  const lookUp = threats.intel.lookUpAlert
  const { url, alerts: alertQueue, results: queueOfResults } = config.rabbitmq
  const publish = createPublish<Transaction>({
    url,
    queue: queueOfResults,
    outbox: store.alertResults,
    contexts: store.alertContext,
    lookUp,
    outages,
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
  const triage = {
    triager: triagerRegistry.create('risk', config.triage.risk, runtime),
    neighbours: {
      context: (alert: Alert) => gatherContext(alert, context.tables),
      intelligence: lookUp,
      history: history.of,
    },
    risk: config.triage.risk,
    now,
    log,
  }
  layRoad({
    config,
    store,
    queue,
    telemetry,
    samples,
    stages,
    threats,
    suppressions,
    checkpoint,
    playbooks,
    triage,
    models: models.stages,
    results: publish.results,
    receivers,
    now,
  })
  await samples.settle()

  const alertSources =
    url !== undefined && alertQueue !== '' ? [{ name: 'rabbitmq', type: 'rabbitmq', url, queue: alertQueue }] : []
  const broker = () => ({
    consumer: alertSources[0] && outages.isReached(alertSources[0].name),
    publisher: publish.name === undefined ? undefined : outages.isReached(publish.name),
  })
  const logModels = await createLogModels(config.log_detection, { now, log })
  const offload = createOffload({
    config,
    agents,
    rules: rules.book,
    ruleSettings: store.ruleSettings.list,
    indicators: threats.intel.table.index,
    logModels,
    analyzed: telemetry.analyzed,
    log,
  })
  const deps: Deps = {
    store,
    queue,
    samples,
    suppressions,
    context,
    rules,
    reach: createReach({ store, book: rules.book, now }),
    rulesFolder,
    intake: countIntake(intake, telemetry),
    normalize: stages.parse,
    triageAlert: createTriageAlert(triage),
    auditHead: auditCheckpoint.read,
    agents: readAgents(config.network_agents),
    activeAgents: agents,
    playbooks,
    carryOut: createCarryOut({ webhooks: config.remediation.webhooks, fetch, now, signal: ended }),
    history,
    risk: config.triage.risk,
    intel: threats.intel,
    languageModels: models,
    signIn: createEntry(config, now, log),
    offload: offload.run,
    logModels,
    queryGuard: createQueryGuard({
      store,
      now,
      newId: () => newId(now()),
      readQuery: models.readQuery,
      threshold: config.query_guard.threshold,
      minTrainingRecords: config.query_guard.min_training_records,
      maxHistory: config.query_guard.max_history,
      maxShown: config.query_guard.max_records_per_batch,
      excludedDatasets: config.query_guard.excluded_datasets,
      blockedQueries: config.query_guard.blocked_queries,
      alertFrom: config.query_guard.alerts,
    }),
    health: createHealth({ store, queue, telemetry, outages, broker, models }),
    metrics: telemetry.metrics,
    learning: stages.progress,
    receivers: receivers.names,
    now,
    newId: () => newId(now()),
    newSecret,
  }
  telemetry.observe({
    queues: queue.depths,
    space: store.space,
    openAlerts: async () =>
      (await store.alerts.counts()).filter(({ status }) => openAlertStatuses.some((open) => open === status)),
  })

  const signInKeys = createSignInKeys({ now, newSecret })
  const systems = createCompatSystems(config, runtime)
  const doors = await createDoors({ config, origins, deps, signInKeys, systems, log, version, now })
  const sources = [
    ...config.sources,
    ...alertSources,
    ...logEntrySources(config.network_agents, agents),
    ...extraSources,
  ]
  const withSamples = await wantsSamples({ config, sources, store, samples })
  const adminToken = await firstAdminToken({ config, deps })
  const opened = await doors.open()
  await storeLock.announce(opened.address)

  const background = runBackground({
    config,
    store,
    queue,
    intake,
    outages,
    telemetry,
    sources,
    publish,
    receivers,
    auditCheckpoint,
    suppressions,
    rules,
    context,
    jobs: [...threats.jobs, ...anomalies.jobs, ...models.jobs],
    now,
    signal: ended,
  })
  print(
    banner({
      version,
      address: opened.address,
      dataDir: config.data_dir,
      isNew,
      adminToken,
      compat: opened.lines,
      signInKey: signInKeys.issue({ name: 'admin', role: 'admin' }),
      receivers: receivers.names,
      sources: sources.map(({ name }) => name),
    }),
  )
  if (withSamples) void showSamples({ samples, store, print, log })
  // Loads the index of alerts into memory before the first request needs it.
  store.alerts
    .recent()
    .catch((err: unknown) => log.warn({ err }, 'Reading the index of alerts failed; the next request tries again.'))

  let stopping: Promise<void> | undefined
  return {
    address: opened.address,
    deps,
    reload: createReload({
      started: config,
      rules,
      tables: {
        'assets and people': context.refresh,
        networks: context.refreshNetworks,
        indicators: threats.intel.table.refresh,
        suppressions: suppressions.refresh,
      },
      apply: {
        'tokens and certificate': opened.renew,
        receivers: (changed) => receivers.renew(receiversInForce(changed)),
      },
      log,
    }),
    serveMcp: doors.serveMcp,
    stop() {
      stopping ??= (async () => {
        stop.abort()
        await offload.close()
        await opened.close()
        await queue.close(drainMs)
        await background
        await receivers.delivery.idle()
        // While the database is away nothing can be saved. Nothing is lost either: the next start replays the events since.
        for (const save of [checkpoint.save, threats.saveHits, anomalies.close, auditCheckpoint.advance]) {
          await save().catch((error: unknown) =>
            log.warn({ reason: messageOf(error) }, 'Could not save before the end.'),
          )
        }
        await store.close()
        await storeLock.release()
      })()
      return stopping
    },
  }
}
