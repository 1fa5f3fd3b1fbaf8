import { openWaitingDoor } from '../api/waiting-door.ts'
import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { pause } from '../schedule.ts'

interface StartOptions<Database, Started> {
  /** Opens the database. */
  open(): Promise<Database>
  /** Starts the rest, and closes the database when that fails. */
  start(database: Database): Promise<Started>
  readonly config: Pick<Config, 'server' | 'storage'>
  readonly log: Log
  readonly signal: AbortSignal
}

const shortestWait = 1_000
const longestWait = 10_000

/**
 * Starts as soon as the database server answers; undefined when the signal comes first. Refused credentials and a missing database
 * throw at once, because waiting does not help there.
 */
export const startWithDatabase = async <Database, Started>({
  open,
  start,
  config: { server, storage },
  log,
  signal,
}: StartOptions<Database, Started>): Promise<Started | undefined> => {
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
        if (!isAway(error) || storage.url.startsWith('sqlite:')) throw error
        log.warn({ reason: error.message, again_in_ms: wait }, 'Waiting for the database.')
        door ??= await openWaitingDoor({ host: server.host, port: server.port, tls: tlsOf(server) })
        await pause(wait, signal)
      }
    }
    return undefined
  } finally {
    await closeDoor()
  }
}

const isAway = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'UNAVAILABLE' && error.retryable

const tlsOf = ({ tls: { cert, key } }: Config['server']) => (cert && key ? { cert, key } : undefined)
