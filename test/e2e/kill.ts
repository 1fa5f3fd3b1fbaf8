import { z } from 'zod'
import { until } from '../until.ts'
import { type Server, sleep, startServer } from './program.ts'

export interface KillReport {
  readonly kills: number
  readonly sent: number
  readonly acknowledged: number
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly deadLetters: number
  /** From a start of the process to ready, in ms; sorted. */
  readonly recoveries: readonly number[]
}

interface KillOptions {
  readonly kills: number
  readonly eventsPerSecond: number
  readonly dataDir: string
  readonly port: number
  /** Deterministic randomness, 0 ≤ x < 1. */
  readonly random: () => number
}

const perRequest = 10
/** How many requests wait for an answer at most. On a busy machine a start takes long, and must not be followed by ever more work. */
const mostWaiting = 30

/**
 * Sends events at a steady rate while the server is killed with SIGKILL and restarted, `kills` times. An unanswered request
 * is retried with the same idempotency key. At the end, every acknowledged event
 * must be stored exactly once.
 */
export const killRepeatedly = async (options: KillOptions): Promise<KillReport> => {
  const { kills, eventsPerSecond, dataDir, port, random } = options
  let server: Server = await startServer({ dataDir, port })
  const recoveries: number[] = []
  const acknowledged = new Set<string>()
  let sent = 0
  let running = true

  const deliver = async (names: readonly string[], key: string) => {
    const logs = names.map((name) => ({
      timestamp: new Date().toISOString(),
      service: 'kill',
      level: 'info',
      message: `event ${name} of the kill test`,
    }))
    while (running) {
      const answer = await server
        .ask('/api/v1/events', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify({ logs }),
          signal: AbortSignal.timeout(10_000),
        })
        .catch(() => undefined)
      await answer?.body?.cancel()
      if (answer?.status === 200) {
        for (const name of names) acknowledged.add(name)
        return
      }
      await sleep(100)
    }
  }

  const load = (async () => {
    const inFlight = new Set<Promise<void>>()
    while (running) {
      const names = Array.from({ length: perRequest }, (_, i) => `n${sent + i}n`)
      sent += perRequest
      const delivery = deliver(names, `kill-${sent}`).finally(() => inFlight.delete(delivery))
      inFlight.add(delivery)
      do await sleep((1000 * perRequest) / eventsPerSecond)
      while (running && inFlight.size >= mostWaiting)
    }
    await Promise.all(inFlight)
  })()

  /** Even on a slow machine, each run of the server must have something to lose. */
  const someAreTaken = async () => {
    const before = acknowledged.size
    await until(() => acknowledged.size > before + 5 * perRequest, 'events that are acknowledged')
  }
  for (let kill = 0; kill < kills; kill++) {
    await someAreTaken()
    await sleep(random() * 800)
    await server.stop('SIGKILL')
    server = await startServer({ dataDir, port })
    recoveries.push(server.readyAfter)
  }
  await someAreTaken()
  running = false
  await load

  await server.settled()
  const seen = await readBack(server)
  const letters = page.parse(await (await server.ask('/api/v1/dead-letters')).json())
  await server.stop()
  return {
    kills,
    sent,
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((name) => !seen.has(name)),
    doubled: [...seen].filter(([, count]) => count > 1).map(([name]) => name),
    deadLetters: letters.data.length,
    recoveries: recoveries.sort((a, b) => a - b),
  }
}

const page = z.object({
  data: z.array(z.object({ message: z.string().default('') })),
  next_cursor: z.string().nullable(),
})

/** Counts how often each event is stored. */
const readBack = async (server: Server): Promise<ReadonlyMap<string, number>> => {
  const seen = new Map<string, number>()
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ q: 'service:kill', limit: '500', ...(cursor && { cursor }) })
    const answer = await server.ask(`/api/v1/events?${query}`)
    if (!answer.ok) throw new Error(`reading back failed: ${answer.status} ${await answer.text()}`)
    const { data, next_cursor } = page.parse(await answer.json())
    for (const { message } of data) {
      const name = /n\d+n/.exec(message)?.[0] ?? message
      seen.set(name, (seen.get(name) ?? 0) + 1)
    }
    cursor = next_cursor
  } while (cursor)
  return seen
}
