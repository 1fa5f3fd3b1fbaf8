import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { openWaitingDoor } from '../api/waiting-door.ts'
import type { Runtime } from '../component.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { pause } from '../lib/deadline/deadline.ts'
import { plural } from '../lib/units/number.ts'
import { createOutages } from '../operations/status/outages.ts'
import { prepareToShrink } from '../operations/storage/compact-database.ts'
import { finishMoves } from '../operations/storage/put-in-place.ts'
import type { Broker } from '../queue/broker.ts'
import { topics } from '../queue/jobs.ts'
import type { Queue, Topic } from '../queue/queue.ts'
import { joinBells } from '../queue/shared-bells.ts'
import { openAlertStatuses } from '../schema/alert/alert.ts'
import { createChangeClock } from '../store/change-clock.ts'
import type { Transaction } from '../store/database.ts'
import { lockStore } from '../store/lock-store.ts'
import { type OpenStore, openStore } from '../store/open-store.ts'
import type { Telemetry } from '../telemetry.ts'
import { blockLocation } from './block-location.ts'
import { makeDataFolder } from './data-folder.ts'
import { isAway } from './database-away.ts'
import { openQueue } from './open-queue.ts'
import { partitionsOf, type SharedState, threadTopics } from './pipeline-thread/shared-state.ts'

/** The dependencies of the tables and the pipeline, in any thread. */
export interface Foundation {
  readonly config: Config
  readonly telemetry: Pick<Telemetry, 'log' | 'meter' | 'parsed' | 'detected' | 'notified'>
  readonly store: OpenStore
  readonly queue: Queue<Transaction>
  /** The topics that this thread delivers. */
  readonly delivers: readonly Topic[]
  readonly outages: ReturnType<typeof createOutages>
  /** Its signal aborts when the program stops. */
  readonly runtime: Runtime
  /** Runs after results of triage were stored for a publisher in another thread. */
  readonly resultsStored?: () => void
}

/** The dependencies of all parts of the server. */
export interface Base extends Foundation {
  readonly telemetry: Telemetry
  /** The state shared with the pipeline thread; undefined if the pipeline runs in this thread. */
  readonly shared: SharedState | undefined
  /** The broker of the queue, if one is configured. */
  readonly broker: Pick<Broker, 'problems'> | undefined
  /** Whether the data folder was created just now. */
  readonly isNew: boolean
  /** Publishes the address of this server for other processes. */
  announce(address: string): Promise<void>
  /** Aborts the signal of the runtime. */
  end(): void
  /** Closes the store and releases its lock. */
  close(): Promise<void>
}

interface BaseOptions {
  readonly config: Config
  readonly telemetry: Telemetry
  readonly signal: AbortSignal
  /** Where to answer probes while the database is away; nowhere without it. */
  readonly door: Parameters<typeof openWaitingDoor>[0] | undefined
}

/** Opens the store and the queue, and starts the program on them. Returns undefined when the signal comes before the database answers. */
export const openBase = async <Started>(
  { config, telemetry, signal, door }: BaseOptions,
  start: (base: Base) => Promise<Started>,
): Promise<Started | undefined> => {
  const { data_dir, storage, workers, topics: works, partitions } = config
  const { log } = telemetry
  const isNew = !existsSync(data_dir)
  makeDataFolder(data_dir)
  const lock = await lockStore(storage.url, 'server')
  const hasThreads =
    workers > 0 && storage.url !== 'sqlite::memory:' && works.some((topic) => threadTopics.includes(topic))
  const shared: SharedState | undefined = hasThreads
    ? { clock: createChangeClock().shared, bells: `vedette queue ${randomUUID()}` }
    : undefined
  const delivers = shared ? works.filter((topic) => !threadTopics.includes(topic)) : works
  const startOn = async (store: OpenStore): Promise<Started> => {
    const stop = new AbortController()
    const { now } = store
    const { queue, broker } = await openQueue({
      ...{ config, store, log, delivers },
      partitions: partitionsOf(partitions),
      bells: shared && joinBells(shared.bells),
    }).catch(async (error: unknown) => {
      await store.close()
      throw error
    })
    telemetry.observe({
      queues: queue.depths,
      partitions: queue.partitions,
      space: store.space,
      broker: () => broker && broker.problems().length === 0,
      openAlerts: async () =>
        (await store.alerts.counts()).filter(({ status }) => openAlertStatuses.some((open) => open === status)),
    })
    try {
      return await start({
        ...{ config, telemetry, store, queue, broker, isNew, delivers, shared },
        outages: createOutages(now),
        runtime: { now, fetch, log, signal: AbortSignal.any([signal, stop.signal]) },
        announce: lock.announce,
        end: () => stop.abort(),
        async close() {
          await store.close()
          await lock.release()
        },
      })
    } catch (error) {
      stop.abort()
      await queue.close(0)
      await store.close()
      throw error
    }
  }
  try {
    await finishMoves(data_dir)
    prepareToShrink(storage.url, log)
    const open = async () => {
      const store = await openStore(storage.url, {
        now: Date.now,
        blocks: blockLocation(storage),
        followsServer: true,
        log,
        clock: shared && createChangeClock(shared.clock),
      })
      try {
        requireOwnTopics(store, works)
        requirePartitions(await store.intake.fixPartitions(partitions), partitions)
        return store
      } catch (error) {
        await store.close()
        throw error
      }
    }
    const started = await startWithDatabase({ open, start: startOn, url: storage.url, door, log, signal })
    if (started === undefined) await lock.release()
    return started
  } catch (error) {
    await lock.release()
    throw error
  }
}

const requirePartitions = (recorded: number, configured: number): void => {
  if (recorded === configured) return
  throw new AppError(
    'CONFIG_INVALID',
    `The database has ${plural(recorded, 'partition')}, but the configuration says ${configured}.`,
    { hint: `Set partitions: ${recorded}. The number is fixed at the first start.` },
  )
}

/** Nobody else can work the topics of a database that belongs to one process. */
const requireOwnTopics = ({ connections }: OpenStore, works: readonly Topic[]): void => {
  const missing = topics.filter((topic) => !works.includes(topic))
  if (connections.abilities.shared || missing.length === 0) return
  throw new AppError('CONFIG_INVALID', `No process would work the topics ${missing.join(' and ')}.`, {
    hint: 'SQLite belongs to one process, which has to work all topics. Use PostgreSQL for several processes.',
  })
}

const shortestWait = 1_000
const longestWait = 10_000

/**
 * Starts as soon as the database server answers. Refused credentials and a missing database throw at once, because waiting does not help
 * there.
 */
const startWithDatabase = async <Started>({
  open,
  start,
  url,
  door: place,
  log,
  signal,
}: {
  open(): Promise<OpenStore>
  /** Starts the rest, and closes the database when that fails. */
  start(database: OpenStore): Promise<Started>
  readonly url: string
  readonly door: BaseOptions['door']
  readonly log: Runtime['log']
  readonly signal: AbortSignal
}): Promise<Started | undefined> => {
  let door: Awaited<ReturnType<typeof openWaitingDoor>> | undefined
  const closeDoor = async (): Promise<void> => {
    await door?.close()
    door = undefined
  }
  try {
    for (let wait = shortestWait; !signal.aborted; wait = Math.min(wait * 2, longestWait)) {
      try {
        const database = await open()
        await closeDoor()
        return await start(database)
      } catch (error) {
        if (signal.aborted) return undefined
        if (!isAway(error, url)) throw error
        log.warn({ reason: error.message, again_in_ms: wait }, 'Waiting for the database.')
        door ??= place && (await openWaitingDoor(place))
        await pause(wait, signal)
      }
    }
    return undefined
  } finally {
    await closeDoor()
  }
}
