import type { OpenDatabase } from './dialects/dialect.ts'

/** The time of a database server, for all processes that share it. */
export interface ServerTime {
  now(): number
  close(): void
}

/** How often the clock of the server is read, in ms. */
const every = 60_000
/** A smaller difference is ignored: reading a clock over a network is not exact. */
const tolerated = 250

/**
 * Follows the clock of a database server. Otherwise, processes with different clocks would stamp later changes with earlier times, and
 * readers of changes would miss them. If only one process uses the database, this is the clock of the process.
 */
export const followServerTime = async (
  { read, peers }: Pick<OpenDatabase, 'read' | 'peers'>,
  now: () => number,
): Promise<ServerTime> => {
  let offset = 0
  const compare = async (): Promise<void> => {
    if (!peers) return
    const asked = now()
    const { moment } = await read.selectNoFrom(peers.moment.as('moment')).executeTakeFirstOrThrow()
    const difference = Number(moment) - (asked + now()) / 2
    offset = Math.abs(difference) < tolerated ? 0 : Math.round(difference)
  }
  await compare()
  // While the server is away, the last difference is the best guess.
  const timer = peers && setInterval(() => void compare().catch(() => undefined), every)
  timer?.unref()
  return { now: () => now() + offset, close: () => clearInterval(timer) }
}
