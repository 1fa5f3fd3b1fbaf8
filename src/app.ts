import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createAuth } from './api/auth.ts'
import { createServer } from './api/server.ts'
import { createAnalysis } from './app/analysis.ts'
import { banner } from './app/banner.ts'
import { firstAdminToken, presetTokens } from './app/entry.ts'
import { newId, newSecret } from './app/identity.ts'
import { createJudges } from './app/judges.ts'
import { createReceivers } from './app/receivers.ts'
import { recover } from './app/recovery.ts'
import { createRules, importsFolder } from './app/rules.ts'
import { runSources } from './app/sources.ts'
import { createSuppressions } from './app/suppressions.ts'
import { ringAgain, upkeepJobs } from './app/upkeep.ts'
import type { Config, Origins } from './config.ts'
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
import { triagerRegistry } from './pipeline/triage/registry.ts'
import { createTriage, keepResults } from './pipeline/triage/triage.ts'
import { openEmbeddedQueue } from './queue/embedded.ts'
import { runSchedule } from './schedule.ts'
import { openAlertStatuses } from './schema/alert.ts'
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

  const isNew = !existsSync(config.data_dir)
  mkdirSync(config.data_dir, { recursive: true, mode: 0o700 })
  const store = await openStore(config.storage.url, { now, log })
  const { max_records: maxRecords, max_bytes: maxBytes } = config.queue
  const queue = openEmbeddedQueue({ connections: store.connections, now, log, maxRecords, maxBytes })
  const intake = createIntake({ store, queue, partition, now })

  const rulesFolder = importsFolder(config)
  await recoverImports(rulesFolder)
  const rules = createRules({ config, settings: store.ruleSettings.list, log })
  await rules.refresh()
  const clock = createClock(now)
  const judges = createJudges({ config, clock, rules: rules.book, log, signal: ended })
  const { learners } = judges
  const checkpoint = createCheckpoint({ partition, learners, models: store.models, interval: checkpointMs, now, log })
  const suppressions = createSuppressions({ list: store.suppressions.list, now })
  const receivers = createReceivers({ notify: config.notify, store, runtime, notified: telemetry.notified })
  await suppressions.refresh()
  await recover({ partition, events: store.events, checkpoint, learn: judges.relearn, log })
  await ringAgain(queue, store)

  openRoad({
    queue,
    meter,
    normalize: judges.normalizer.stage,
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
        for (const { detector } of detections) telemetry.detected(detector, 1)
      },
    },
    merge: createMerge(store.alerts, store.suppressions, { now, suppress: suppressions.suppress }),
    checkpoint: checkpoint.stage,
    alerts: store.alerts,
    triage: createTriage(triagerRegistry().create('risk', {}, runtime), { now, log }),
    triageResults: keepResults(store.triageResults),
    correlate: createCorrelate(store.alerts, store.incidents, { now, gap: config.correlate.gap }),
    incidents: store.incidents,
    notify: receivers.notify,
  })

  const world: World = {
    store,
    queue,
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
    analyze: createAnalysis(config, rules.book, log),
    async health() {
      const problems: string[] = []
      await store.ping().catch((error: unknown) => problems.push(`The store does not answer: ${messageOf(error)}`))
      return {
        ready: problems.length === 0,
        problems,
        stages: telemetry.stages(),
        queues: (await queue.depths()).map(({ oldestAge, ...depth }) => ({ ...depth, oldest_age_ms: oldestAge })),
      }
    },
    metrics: telemetry.metrics,
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
  const server = await createServer({
    world,
    auth: createAuth({
      tokens: store.tokens,
      presetTokens: presetTokens(config),
      now,
      log,
      maxFailures: config.server.rate_limit.sign_ins,
    }),
    signInKeys,
    log,
    version,
    web: resolve(import.meta.dirname, '../web'),
    ...(cert && key && { tls: { cert, key } }),
    ...(config.server.public_url && { publicUrl: config.server.public_url }),
    trustProxy: config.server.trusted_proxies,
    rateLimit: { requests: config.server.rate_limit.requests },
  })
  const adminToken = await firstAdminToken({ config, world })
  const address = await server.listen({ host: config.server.host, port: config.server.port })

  const background = Promise.all([
    runSources({
      sources: [...config.sources, ...extraSources],
      cursors: { read: store.intake.readCursor },
      intake,
      now,
      log,
      signal: ended,
      received: telemetry.received,
    }),
    runSchedule(
      upkeepJobs({
        config,
        store,
        queue,
        now,
        refreshSuppressions: suppressions.refresh,
        refreshRules: rules.refresh,
        deliver: receivers.delivery.look,
      }),
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
      signInKey: signInKeys.issue({ name: 'admin', role: 'admin' }),
      receivers: receivers.names,
      sources: [...config.sources, ...extraSources].map(({ name }) => name),
    }),
  )

  let stopping: Promise<void> | undefined
  return {
    address,
    world,
    stop() {
      stopping ??= (async () => {
        stop.abort()
        await server.close()
        await queue.close(drainMs)
        await background
        await receivers.delivery.idle()
        await checkpoint.save()
        await store.close()
      })()
      return stopping
    },
  }
}

const readVersion = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? '0'
}
