import type { StdioDoor } from './api/mcp/stdio.ts'
import { openBase } from './app/base.ts'
import { createDeps } from './app/deps.ts'
import { type LocalMcpOptions, openInterfaces } from './app/interfaces.ts'
import { drainMs } from './app/pipeline-thread/shared-state.ts'
import { createReload } from './app/reload.ts'
import { readSources, sourcesInForce } from './app/sources.ts'
import { createUpkeep } from './app/upkeep.ts'
import { startWork } from './app/work.ts'
import { banner } from './cli/server/banner.ts'
import { receiversInForce } from './compat/network-agents/log-agent-settings.ts'
import type { Config, LoadedConfig, Origins } from './config.ts'
import { messageOf } from './errors.ts'
import { firstAdminToken } from './operations/accounts/first-admin-token.ts'
import type { Deps } from './operations/deps.ts'
import { runSchedule } from './schedule.ts'
import { createTelemetry } from './telemetry.ts'
import { readVersion } from './version.ts'

interface AppOptions {
  readonly config: Config
  readonly origins: Origins
  /** The older systems whose variables are set. */
  readonly recognized?: LoadedConfig['recognized']
  /** Prints for people who start the program by hand. */
  readonly print: (text: string) => void
  readonly signal: AbortSignal
  /** Sources besides the configured ones. */
  readonly extraSources?: Config['sources']
}

export interface App {
  readonly address: string
  readonly deps: Deps
  /** Reloads rules, tables and settings. Applies changes that need no restart, and logs the others. */
  reload(load: () => Promise<Config>): Promise<void>
  /** Serves MCP on standard input and output. */
  serveMcp(options: LocalMcpOptions): Promise<StdioDoor>
  /** Stops the intake, waits for running work, and saves the state of the learners. */
  stop(): Promise<void>
}

/** Builds the program and starts it as soon as its database answers. Returns undefined when the signal comes first. */
export const startApp = ({
  config,
  origins,
  recognized = [],
  print,
  signal,
  extraSources = [],
}: AppOptions): Promise<App | undefined> => {
  const version = readVersion()
  const telemetry = createTelemetry({ level: config.log.level, version, write: (line) => process.stderr.write(line) })
  const { log } = telemetry
  return openBase({ config, telemetry, signal, door: config.server }, async (base): Promise<App> => {
    const { store, queue, runtime } = base
    const { thread, tables, pipeline, jobs } = await startWork(base)
    const upkeep = await createUpkeep(base)
    const { deps, offload } = await createDeps(base, tables, pipeline, upkeep, thread)
    const sources = [...sourcesInForce(config, tables.agents), ...extraSources]
    const isFirst = await pipeline.sampleWeek.start()
    const adminToken = config.admin_token ? undefined : await firstAdminToken(deps)
    const interfaces = await openInterfaces(base, deps, { origins, version })
    await base.announce(interfaces.address)
    const background = Promise.all([
      readSources(base, sources, pipeline.intake),
      pipeline.publishResults(runtime.signal),
      runSchedule([...tables.jobs, ...pipeline.jobs, ...upkeep.jobs, ...jobs], log, runtime.signal),
    ])
    print(
      banner({
        ...{ version, adminToken, isNew: base.isNew, dataDir: config.data_dir, recognized },
        ...{ address: interfaces.address, compat: interfaces.lines, signInKey: interfaces.signInKey() },
        receivers: pipeline.receivers.names,
        sources: sources.map(({ name }) => name),
      }),
    )
    if (isFirst && config.samples === 'auto' && config.topics.includes('records') && sources.length === 0)
      void pipeline.sampleWeek.show(print)
    // Loads the index of alerts into memory before the first request needs it.
    store.alerts
      .recent()
      .catch((err: unknown) => log.warn({ err }, 'Reading the index of alerts failed; the next request retries.'))

    let stopping: Promise<void> | undefined
    const stop = async (): Promise<void> => {
      base.end()
      await offload.close()
      await interfaces.close()
      await thread?.stop()
      await queue.close(drainMs)
      await background
      await pipeline.receivers.delivery.idle()
      // Nothing can be saved while the database is away.
      for (const save of [tables.intel.saveHits, ...upkeep.saves, pipeline.release]) {
        await save().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'Could not save on shutdown.'))
      }
      await base.close()
    }
    return {
      address: interfaces.address,
      deps,
      reload: createReload({
        started: config,
        rules: tables.rules,
        tables: tables.refresh,
        apply: {
          'tokens and certificate': interfaces.renew,
          receivers: (changed) => pipeline.receivers.renew(receiversInForce(changed)),
        },
        log,
      }),
      serveMcp: interfaces.serveMcp,
      stop: () => (stopping ??= stop()),
    }
  })
}
