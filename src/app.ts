import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAuth } from './api/auth.ts'
import { compatPorts, openCompatPorts } from './api/compat-ports.ts'
import { createConfirmations } from './api/mcp/confirmations.ts'
import { createRoots } from './api/mcp/roots.ts'
import { serveMcpStdio } from './api/mcp/stdio.ts'
import { loopbackNames } from './api/origin.ts'
import { createServer, doorWorld } from './api/server.ts'
import { agentPorts, agentSources, agentsInForce, readAgents } from './app/agents.ts'
import { createAlertQueues } from './app/alert-queues.ts'
import { createAnalysis } from './app/analysis.ts'
import { createAnomalies } from './app/anomalies.ts'
import { createAuditCheckpoint } from './app/audit-checkpoint.ts'
import { banner } from './app/banner.ts'
import { createBatchScorer } from './app/batch-scorer.ts'
import { readBuild } from './app/build.ts'
import { createContext } from './app/context.ts'
import { firstAdminToken, presetTokens } from './app/entry.ts'
import { showSamples, wantsSamples } from './app/first-start.ts'
import { newId, newSecret } from './app/identity.ts'
import { createIntel } from './app/intel.ts'
import { createJudge } from './app/judge-alert.ts'
import { createJudges } from './app/judges.ts'
import { createLlm } from './app/llm.ts'
import { createLogModels } from './app/log-models.ts'
import { createOutages } from './app/outages.ts'
import { actionIdOf, proposals, readPlaybooks } from './app/playbooks.ts'
import { createQueryGuardOf } from './app/query-guard.ts'
import { createReceivers } from './app/receivers.ts'
import { recover } from './app/recovery.ts'
import { createCarryOut } from './app/remediation-webhooks.ts'
import { createRules, importsFolder } from './app/rules.ts'
import { createSamples } from './app/samples.ts'
import { createEntry } from './app/sign-in.ts'
import { runSources } from './app/sources.ts'
import { createSuppressions } from './app/suppressions.ts'
import { ring, ringAgain, tickAt, upkeepJobs } from './app/upkeep.ts'
import type { Config, Origins } from './config.ts'
import { gatherContext } from './context/gather.ts'
import { AppError, messageOf } from './errors.ts'
import { recoverImports } from './operations/rule-imports.ts'
import { createReach } from './operations/rule-reach.ts'
import { createSignInKeys } from './operations/sign-in-keys.ts'
import type { World } from './operations/world.ts'
import { createCheckpoint } from './pipeline/checkpoint.ts'
import { createClock } from './pipeline/clock.ts'
import { createCorrelate } from './pipeline/correlate/correlate-stage.ts'
import { createMerge } from './pipeline/detect/merge-stage.ts'
import { createIntake } from './pipeline/ingest/intake.ts'
import { openRoad } from './pipeline/pipeline.ts'
import { createHistory } from './pipeline/triage/history.ts'
import { triagerRegistry } from './pipeline/triage/registry.ts'
import { createTriage } from './pipeline/triage/triage.ts'
import { openEmbeddedQueue } from './queue/embedded.ts'
import { runSchedule } from './schedule.ts'
import { type Alert, openAlertStatuses } from './schema/alert.ts'
import { openStore } from './store/open-store.ts'
import { createTelemetry } from './telemetry.ts'

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
  serveMcp(): { close(): Promise<void> }
  /** Stops taking things in, lets what runs end, and saves what was learnt. */
  stop(): Promise<void>
}

const drainMs = 8_000
const checkpointMs = 30_000

/** Puts the whole program together and starts it. */
export const startApp = async ({ config, print, signal, extraSources = [] }: AppOptions): Promise<App> => {
  const version = readVersion()
  const now = Date.now
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  const telemetry = createTelemetry({ level: config.log.level, version, write: (line) => process.stderr.write(line) })
  const { log, meter } = telemetry
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
  const receivers = createReceivers({ notify: config.notify, store, runtime, notified: telemetry.notified })
  await suppressions.refresh()
  await recover({ partition, events: store.events, checkpoint, learn: judges.relearn, log })
  await ringAgain(queue, store)
  await samples.begin()

  const anomalies = await createAnomalies({ config, store, now, log })
  const auditCheckpoint = createAuditCheckpoint({ dataDir: config.data_dir, audit: store.audit, log })
  const playbooks = readPlaybooks(config.remediation.playbooks)
  const history = createHistory(store.alerts.heads)
  const llm = createLlm({ config: config.triage.llm, store, queue, runtime })
  const alertQueues = createAlertQueues({ config: config.rabbitmq, store, outages, now, log })
  const triage = {
    triager: triagerRegistry.create('risk', config.triage.risk, runtime),
    neighbours: {
      context: (alert: Alert) => gatherContext(alert, context.tables),
      intelligence: threats.intel.lookUpAlert,
      history: history.of,
    },
    risk: config.triage.risk,
    now,
    log,
  }
  openRoad({
    queue,
    meter,
    normalize: (batches, delivery) =>
      judges.normalizer.stage(
        batches.filter(({ source }) => !samples.drops(source)),
        delivery,
      ),
    mine: judges.mine,
    enrich: judges.enrich,
    events: {
      async save(events, tx) {
        await store.events.save(events, tx)
        const counts = judges.normalizer.takeCounts()
        await store.parseHealth.add(
          counts.map(({ lastSeenAt, ...count }) => ({ ...count, last_seen_at: lastSeenAt })),
          tx,
        )
        checkpoint.reached(events)
        const failed = events.filter(({ kind }) => kind === 'pipeline_error').length
        telemetry.parsed(events.length - failed, failed)
      },
    },
    detect: judges.detect.run,
    detections: {
      async save(detections, tx) {
        await store.detections.save(detections, tx)
        await store.anomalies.save(detections, tx)
        for (const { detector } of detections) telemetry.detected(detector, 1)
        threats.countDetections(detections)
      },
    },
    merge: createMerge(store.alerts, store.suppressions, store.audit, { now, suppress: suppressions.suppress }),
    checkpoint: checkpoint.stage,
    alerts: store.alerts,
    triage: createTriage(triage),
    cards: alertQueues.telling(llm.cards),
    correlate: createCorrelate(store.alerts, store.incidents, { now, gap: config.correlate.gap }),
    proposals: proposals(playbooks, store.remediationActions, now),
    incidents: store.incidents,
    // nobody is told of a recording
    notify: async (incidents, delivery) => (samples.isHere() ? incidents : receivers.notify(incidents, delivery)),
  })
  await samples.settle()

  const world: World = {
    store,
    queue,
    samples,
    context,
    rules,
    reach: createReach({ store, book: rules.book, now }),
    rulesFolder,
    intake: {
      async accept(records, options) {
        try {
          const answer = await intake.accept(records, options)
          if (!answer.repeated) telemetry.received('http', answer.accepted)
          return answer
        } catch (error) {
          telemetry.rejected(error instanceof AppError ? error.code.toLowerCase() : 'internal', records.length)
          throw error
        }
      },
    },
    normalize: judges.understand,
    judge: createJudge(triage),
    auditHead: auditCheckpoint.read,
    agents: readAgents(config.network_agents),
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
    queryGuard: createQueryGuardOf(config.query_guard, { store, now, newId: () => newId(now()) }),
    batchScorer: createBatchScorer(config.log_analyzer, { ...runtime, log }),
    build: { startedAt: now(), ...readBuild(resolve(import.meta.dirname, '..')) },
    async health() {
      const problems: string[] = []
      await store.ping().catch((error: unknown) => problems.push(`The store does not answer: ${messageOf(error)}`))
      return {
        ready: problems.length === 0,
        // Records of others are taken all the same.
        problems: [...problems, ...outages.problems(), ...(problems.length === 0 ? await llm.problems() : [])],
        stages: telemetry.stages(),
        queues: (await queue.depths()).map(({ oldestAge, ...depth }) => ({ ...depth, oldest_age_ms: oldestAge })),
      }
    },
    metrics: telemetry.metrics,
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
  const { cert, key } = config.server.tls
  const doors = {
    mcp: {
      roots: createRoots(config.mcp.roots),
      confirmations: createConfirmations(now, newSecret),
      allowWrite: config.mcp.allow_write,
    },
    world,
    auth: createAuth({
      tokens: store.tokens,
      presetTokens: presetTokens(config),
      now,
      log,
      maxFailures: config.server.rate_limit.sign_ins,
      idle: config.sign_in.session.idle,
    }),
    signInKeys,
    log,
    version,
    web: resolve(import.meta.dirname, '../web/dist'),
    ...(cert && key && { tls: { cert, key } }),
    trustProxy: config.server.trusted_proxies,
    rateLimit: { requests: config.server.rate_limit.requests },
  }
  const server = await createServer({
    ...doors,
    ...(config.server.public_url && { publicUrl: config.server.public_url }),
    hosts: hostsOf(config.server),
  })
  const sources = [
    ...config.sources,
    ...alertQueues.sources,
    ...agentSources(config.network_agents, agents),
    ...extraSources,
  ]
  const withSamples = await wantsSamples({ config, sources, store, samples })
  const adminToken = await firstAdminToken({ config, world })
  const address = await server.listen({ host: config.server.host, port: config.server.port })
  const compat = await openCompatPorts(
    [...compatPorts(config.compat.ports, config.server.port), ...agentPorts(config)],
    config.compat.host,
    { ...doors, keyed: config.query_guard.auth_key !== undefined },
  )

  const background = Promise.all([
    alertQueues.run(ended),
    runSources({
      sources,
      cursors: { read: store.intake.readCursor },
      outages,
      intake,
      now,
      log,
      signal: ended,
      received: telemetry.received,
    }),
    runSchedule(
      [
        ...upkeepJobs({
          config,
          store,
          queue,
          now,
          refreshSuppressions: suppressions.refresh,
          refreshRules: rules.refresh,
          context,
          deliver: receivers.delivery.look,
          anchorAudit: auditCheckpoint.advance,
        }),
        ...threats.jobs,
        ...anomalies.jobs,
        ...llm.jobs,
      ],
      log,
      ended,
    ),
  ])
  print(
    banner({
      version,
      address,
      dataDir: config.data_dir,
      isNew,
      adminToken,
      compat: compat.lines,
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
    address,
    world,
    serveMcp: () => serveMcpStdio({ ...doors.mcp, world: doorWorld(doors), version }),
    stop() {
      stopping ??= (async () => {
        stop.abort()
        await Promise.all([server.close(), compat.close()])
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

/** A proxy in front may pass on any name that it was asked by. */
const hostsOf = ({ host, public_url, trusted_proxies }: Config['server']): readonly string[] | undefined => {
  const names = trusted_proxies.length > 0 ? undefined : loopbackNames(host)
  return names && [...names, ...(public_url === undefined ? [] : [new URL(public_url).hostname])]
}

const readVersion = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? '0'
}
