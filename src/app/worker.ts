import { openWorkerDoor } from '../api/worker-door.ts'
import type { Config } from '../config.ts'
import { AppError, messageOf } from '../errors.ts'
import { createHealth } from '../operations/status/health.ts'
import { runSchedule } from '../schedule.ts'
import { createTelemetry } from '../telemetry.ts'
import { readVersion } from '../version.ts'
import { openBase } from './base.ts'
import { drainMs } from './pipeline-thread/shared-state.ts'
import { startWork } from './work.ts'

interface WorkerOptions {
  readonly config: Config
  /** The port of health and metrics; none without it. */
  readonly healthPort: number | undefined
  readonly print: (text: string) => void
  readonly signal: AbortSignal
}

/**
 * Works topics on a shared database until it is stopped, without API, dashboard and sources. Starts as soon as the database answers.
 * Returns undefined when the signal comes first.
 */
export const startWorker = async ({ config, healthPort, print, signal }: WorkerOptions) => {
  if (config.storage.url.startsWith('sqlite:')) {
    throw new AppError('CONFIG_INVALID', 'A worker needs a database that several processes can share.', {
      hint: 'Set storage.url to a PostgreSQL server. On SQLite, use the setting workers: N of the server.',
    })
  }
  const version = readVersion()
  const telemetry = createTelemetry({ level: config.log.level, version, write: (line) => process.stderr.write(line) })
  const { log } = telemetry
  const door = healthPort === undefined ? undefined : { host: config.server.host, port: healthPort }
  return openBase({ config, telemetry, signal, door }, async (base) => {
    const { store, queue, runtime, outages } = base
    const { thread, tables, pipeline, jobs } = await startWork(base)
    const { publish, models, receivers } = pipeline
    const health = createHealth({
      ...{ store, queue, telemetry, models },
      broker: () => ({
        consumer: undefined,
        publisher: publish.name === undefined ? undefined : outages.isReached(publish.name),
      }),
      outages: { problems: () => [...outages.problems(), ...pipeline.problems(), ...(thread?.problems() ?? [])] },
      carrier: base.broker,
    })
    const opened = door && (await openWorkerDoor({ ...door, health, metrics: telemetry.metrics }))
    const background = Promise.all([
      pipeline.publishResults(runtime.signal),
      runSchedule([...tables.jobs, ...pipeline.jobs, ...jobs], log, runtime.signal),
    ])
    print(
      `Vedette ${version} works the topics ${config.topics.join(', ')}.${opened ? ` Health and metrics: ${opened.address}` : ''}`,
    )
    return {
      async stop(): Promise<void> {
        base.end()
        await opened?.close()
        await thread?.stop()
        await queue.close(drainMs)
        await background
        await receivers.delivery.idle()
        // Nothing can be saved while the database is away.
        for (const save of [tables.intel.saveHits, pipeline.release]) {
          await save().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'Could not save on shutdown.'))
        }
        await base.close()
      },
    }
  })
}
