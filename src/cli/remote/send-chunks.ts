import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { formatZone } from '../../lib/units/zone.ts'
import { type Client, responseError } from './client.ts'

const answer = z.object({ accepted: z.number(), rejected: z.number().default(0) })

/** How often to retry when a server stops responding; about five minutes in total. */
const mostLosses = 30
const longestWait = 30_000

interface Chunk {
  readonly source: string
  readonly path: string
  /** How many chunks of the file came before. */
  readonly index: number
  readonly bytes: Buffer
  readonly type: string
  readonly fileZone?: number | undefined
  readonly host?: string | undefined
}

/** Counts of what was sent so far. */
export interface Sent {
  accepted: number
  rejected: number
  bytes: number
  /** How often the server asked to wait. */
  waits: number
}

interface Sending {
  readonly client: Client
  readonly signal: AbortSignal
  readonly sent: Sent
  /** How the server should parse the lines, as parameters of the address. */
  readonly parameters?: readonly (readonly [string, string])[]
  /** Called before each wait, with its length and its reason. */
  readonly waiting: (ms: number, why: string) => void
  readonly inFlight?: number
}

/**
 * Sends chunks until they are accepted, two at a time. Chunks of one source are sent in order, because the order within a
 * source matters. Each chunk has an idempotency key, so that a retry after a lost response creates no duplicates. Memory
 * is bounded by the chunks in flight.
 */
export const sendChunks = async (chunks: AsyncIterable<Chunk>, sending: Sending): Promise<void> => {
  const { inFlight = 2, signal } = sending
  const run = randomUUID()
  const last = new Map<string, Promise<void>>()
  const running = new Set<Promise<void>>()
  let failure: unknown
  for await (const chunk of chunks) {
    while (running.size >= inFlight || last.has(chunk.source)) {
      await Promise.race([...running, ...(last.has(chunk.source) ? [last.get(chunk.source)] : [])])
    }
    if (failure || signal.aborted) break
    const sendOne = send(chunk, run, sending)
      .catch((error) => {
        failure ??= error
      })
      .finally(() => {
        running.delete(sendOne)
        if (last.get(chunk.source) === sendOne) last.delete(chunk.source)
      })
    running.add(sendOne)
    last.set(chunk.source, sendOne)
  }
  await Promise.all(running)
  if (failure && !signal.aborted) throw failure
}

const send = async (
  chunk: Chunk,
  run: string,
  { client, signal, sent, waiting, parameters = [] }: Sending,
): Promise<void> => {
  const query = new URLSearchParams([['source', chunk.source], ...parameters.map(([name, value]) => [name, value])])
  if (chunk.host !== undefined) query.set('host', chunk.host)
  if (chunk.fileZone !== undefined) query.set('file_zone', formatZone(chunk.fileZone))
  const path = `/api/v1/events?${query}`
  const headers = {
    'content-type': `${chunk.type}; charset=utf-8`,
    'idempotency-key': `${run}:${createHash('sha256').update(chunk.path).digest('hex').slice(0, 16)}:${chunk.index}`,
  }
  let losses = 0
  for (;;) {
    const failure = await attempt(
      () => client.ask(path, { method: 'POST', headers, body: new Uint8Array(chunk.bytes) }),
      sent,
    )
    if (!failure) {
      sent.bytes += chunk.bytes.length
      return
    }
    losses = failure.lost ? losses + 1 : 0
    const firstContact = failure.lost && sent.bytes === 0
    if (signal.aborted || !failure.error.retryable || firstContact || losses > mostLosses) throw failure.error
    const wait = Math.min(
      longestWait,
      (failure.error.retryAfter ?? Math.min(10, 0.25 * 2 ** Math.min(losses, 6))) * 1000,
    )
    sent.waits += 1
    waiting(wait, failure.error.message)
    await sleep(wait, undefined, { signal }).catch(() => undefined)
  }
}

/** Sends one chunk once: undefined if the server accepted it, else the error and whether the server responded. */
const attempt = async (
  ask: () => Promise<Response>,
  sent: Sent,
): Promise<{ readonly error: AppError; readonly lost: boolean } | undefined> => {
  try {
    const response = await ask()
    if (!response.ok) return { error: await responseError(response, true), lost: false }
    const { accepted, rejected } = answer.parse(await response.json())
    sent.accepted += accepted
    sent.rejected += rejected
    return undefined
  } catch (error) {
    if (error instanceof AppError) return { error, lost: true }
    const lost = new AppError('UNAVAILABLE', 'The response of the server was truncated.', {
      retryable: true,
      cause: error,
    })
    return { error: lost, lost: true }
  }
}
