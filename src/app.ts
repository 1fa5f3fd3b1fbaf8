import { existsSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PipeOptions } from './api/mcp/pipe.ts'
import type { StdioDoor } from './api/mcp/stdio.ts'
import { agentSources, agentsInForce, logDatabaseOf, readAgents, receiversInForce } from './app/agents.ts'
import { createAlertQueues } from './app/alert-queues.ts'
import { createAnalysis } from './app/analysis.ts'
import { createAnomalies } from './app/anomalies.ts'
import { createAuditCheckpoint } from './app/audit-checkpoint.ts'
import { runBackground } from './app/background.ts'
import { banner } from './app/banner.ts'
import { createBatchScorer } from './app/batch-scorer.ts'
import { readBuild } from './app/build.ts'
import { createContext } from './app/context.ts'
import { countIntake } from './app/count-intake.ts'
import { createDoors } from './app/doors.ts'
import { firstAdminToken } from './app/entry.ts'
import { showSamples, wantsSamples } from './app/first-start.ts'
import { createHealth } from './app/health.ts'
import { newId, newSecret } from './app/identity.ts'
import { createIntel } from './app/intel.ts'
import { createJudge } from './app/judge-alert.ts'
import { createJudges } from './app/judges.ts'
import { createLlm } from './app/llm.ts'
import { createLogModels } from './app/log-models.ts'
import { createOutages } from './app/outages.ts'
import { actionIdOf, readPlaybooks } from './app/playbooks.ts'
import { createQueryGuardOf } from './app/query-guard.ts'
import { createReceivers } from './app/receivers.ts'
import { recover } from './app/recovery.ts'
import { createCarryOut } from './app/remediation-webhooks.ts'
import { layRoad } from './app/road.ts'
import { createRules, importsFolder } from './app/rules.ts'
import { createSamples } from './app/samples.ts'
import { createEntry } from './app/sign-in.ts'
import { createSuppressions } from './app/suppressions.ts'
import { ring, ringAgain, tickAt } from './app/upkeep.ts'
import type { Config, Origins } from './config.ts'
import { gatherContext } from './context/gather.ts'
import { recoverImports } from './operations/rule-imports.ts'
import { createReach } from './operations/rule-reach.ts'
import { createSignInKeys } from './operations/sign-in-keys.ts'
import type { World } from './operations/world.ts'
import { createCheckpoint } from './pipeline/checkpoint.ts'
import { createClock } from './pipeline/clock.ts'
import { createIntake } from './pipeline/ingest/intake.ts'
import { createHistory } from './pipeline/triage/history.ts'
import { triagerRegistry } from './pipeline/triage/registry.ts'
import { openEmbeddedQueue } from './queue/embedded.ts'
import { type Alert, openAlertStatuses } from './schema/alert.ts'
import { openStore } from './store/open-store.ts'
import { createTelemetry } from './telemetry.ts'
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
  readonly world: World
  /** Serves MCP on standard input and output. */
  serveMcp(ends: PipeOptions): StdioDoor
  /** Stops taking things in, lets what runs end, and saves what was learnt. */
  stop(): Promise<void>
}

const drainMs = 8_000
const checkpointMs = 30_000

/** Puts the whole program together and starts it. */
export const startApp = async ({ config, origins, print, signal, extraSources = [] }: AppOptions): Promise<App> => {
  const version = readVersion()
  const now = Date.now
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  const telemetry = createTelemetry({ level: config.log.level, version, write: (line) => process.stderr.write(line) })
  const { log } = telemetry
  const runtime = { now, fetch, log, signal: ended }
  const { partition } = config
  const outages = createOutages(now)

  const isNew = !existsSync(config.data_dir)
  mkdirSync(config.data_dir, { recursive: true, mode: 0o700 })
  const store = await openStore(config.storage.url, { now, log })
  const { max_records: maxRecords, max_bytes: maxBytes } = config.queue
  const queue = openEmbeddedQueue({ connections: store.connections, now, log, maxRecords, maxBytes })
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
  const judges = createJudges({
    config,
    clock,
    rules: rules.book,
    context: context.tables,
    indicators: threats.intel.table.index,
    agents,
    log,
    signal: ended,
  })
  const { learners } = judges
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
  await recover({ partition, events: store.events, checkpoint, learn: judges.relearn, log })
  await ringAgain(queue, store)
  await samples.begin()

  const anomalies = await createAnomalies({ config, store, now, log })
  const auditCheckpoint = createAuditCheckpoint({ dataDir: config.data_dir, audit: store.audit, log })
  const playbooks = readPlaybooks(config.remediation.playbooks)
  const history = createHistory(store.alerts.heads)
  const lookUp = threats.intel.lookUpAlert
  const alertQueues = createAlertQueues({ config: config.rabbitmq, store, lookUp, outages, now, log })
  const llm = createLlm({
    config: config.triage.llm,
    queries: config.query_guard.language_model,
    store,
    queue,
    tellAgain: alertQueues.tellAgain,
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
    judges,
    threats,
    suppressions,
    checkpoint,
    playbooks,
    triage,
    cards: alertQueues.telling(llm.cards),
    receivers,
    now,
  })
  await samples.settle()

  const world: World = {
    store,
    queue,
    samples,
    suppressions,
    context,
    rules,
    reach: createReach({ store, book: rules.book, now }),
    rulesFolder,
    intake: countIntake(intake, telemetry),
    normalize: judges.understand,
    judge: createJudge(triage),
    auditHead: auditCheckpoint.read,
    agents: readAgents(config.network_agents),
    agentsInForce: agents,
    logDatabase: logDatabaseOf(config.network_agents),
    playbooks,
    actionIdOf,
    carryOut: createCarryOut({ webhooks: config.remediation.webhooks, fetch, now, signal: ended }),
    history,
    risk: config.triage.risk,
    intel: threats.intel,
    languageModels: llm.world,
    entry: createEntry(config, now, log),
    analyze: createAnalysis(config, rules.book, log, threats.intel.table.index, agents),
    logModels: await createLogModels(config.log_detection, { now, log }),
    queryGuard: createQueryGuardOf(config.query_guard, {
      store,
      now,
      newId: () => newId(now()),
      readQuery: llm.readQuery,
    }),
    batchScorer: createBatchScorer(config.log_analyzer, { ...runtime, log }),
    build: { startedAt: now(), ...readBuild(resolve(import.meta.dirname, '..')) },
    health: createHealth({ store, queue, telemetry, outages, llm }),
    metrics: telemetry.metrics,
    analyzed: telemetry.analyzed,
    learning: judges.progress,
    receivers: receivers.names,
    now,
    newId: () => newId(now()),
    newSecret,
  }
  telemetry.observe({
    queues: queue.depths,
    openAlerts: async () =>
      (await store.alerts.counts()).filter(({ status }) => openAlertStatuses.some((open) => open === status)),
  })

  const signInKeys = createSignInKeys({ now, newSecret })
  const doors = await createDoors({ config, origins, world, signInKeys, log, version, now })
  const sources = [
    ...config.sources,
    ...alertQueues.sources,
    ...agentSources(config.network_agents, agents),
    ...extraSources,
  ]
  const withSamples = await wantsSamples({ config, sources, store, samples })
  const adminToken = await firstAdminToken({ config, world })
  const opened = await doors.open()

  const background = runBackground({
    config,
    store,
    queue,
    intake,
    outages,
    telemetry,
    sources,
    alertQueues,
    receivers,
    auditCheckpoint,
    suppressions,
    rules,
    context,
    jobs: [...threats.jobs, ...anomalies.jobs, ...llm.jobs],
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
  // What alerts are counted and sorted by is read while nobody waits for it.
  store.alerts.heads().catch((err: unknown) => log.warn({ err }, 'cannot read the heads of alerts'))

  let stopping: Promise<void> | undefined
  return {
    address: opened.address,
    world,
    serveMcp: doors.serveMcp,
    stop() {
      stopping ??= (async () => {
        stop.abort()
        await opened.close()
        await queue.close(drainMs)
        await background
        await receivers.delivery.idle()
        await checkpoint.save()
        await threats.saveHits()
        await anomalies.close()
        await auditCheckpoint.advance()
        await store.close()
      })()
      return stopping
    },
  }
}
