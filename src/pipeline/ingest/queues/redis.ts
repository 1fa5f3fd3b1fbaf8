import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { unlessAborted, within } from '../../../lib/deadline/deadline.ts'
import { offer } from '../offer.ts'
import type { Emit, Outages, Source } from '../source.ts'
import { zone } from '../zone.ts'
import { toKeyedRecords } from './keyed-records.ts'

const options = z.strictObject({
  name: z.string().min(1).describe('The source of its events.'),
  url: z
    .string()
    .regex(/^rediss?:\/\/./, 'expected redis://… or rediss://…')
    .default('redis://localhost:6379')
    .meta({
      description: 'URL of the server: `redis://user:password@host:6379/0`, with TLS `rediss://…`.',
      secret: 'url',
    }),
  streams: z.array(z.string().min(1)).min(1).describe('The keys of the streams.'),
  group: z.string().min(1).default('vedette').describe('The consumer group. It is created if it does not exist.'),
  consumer: z.string().min(1).default('vedette').describe('The name within the group: another one for each process.'),
  from: z.enum(['start', 'end']).default('start').describe('Where a new group starts.'),
  zone,
})

type RedisOptions = z.output<typeof options>

/** Declares the source that reads Redis streams. */
export const redisSource = (outages: Outages): Component<typeof options, Source> => ({
  name: 'redis',
  summary: 'Reads Redis streams as a member of a consumer group. Acknowledges entries when they are on disk.',
  options,
  create: (given, { now }) => ({
    run: (emit, signal) => readStreams(given, { now, outages, emit }, signal),
  }),
})

interface Surroundings {
  readonly now: () => number
  readonly outages: Outages
  readonly emit: Emit
}

interface Entry {
  readonly id: string
  /** Null for an entry that was deleted before it was acknowledged. */
  readonly message: Readonly<Record<string, string>> | null
}

const mostEntries = 1_000
const blockMs = 5_000
/** How long the server may take to answer a command, in ms, besides the time that it may block. The client has no limit of its own. */
const answerMs = 10_000

/** Reads until the signal aborts. Throws if the connection is lost, or the server does not answer. */
const readStreams = async (
  { name, url, streams, group, consumer, from, zone: zoneMinutes }: RedisOptions,
  { now, outages, emit }: Surroundings,
  signal: AbortSignal,
): Promise<void> => {
  const { createClient } = await import('@redis/client')
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  // Each command fails with the error, too.
  client.on('error', () => undefined)
  const answered = <Answer>(answer: Promise<Answer>, ms = answerMs): Promise<Answer> =>
    within(ms, unlessAborted(answer, signal), () => {
      throw new Error(`The server did not answer within ${ms / 1000} s.`)
    })
  const join = async (stream: string, id: string) => {
    try {
      await answered(client.xGroupCreate(stream, group, id, { MKSTREAM: true }))
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error
    }
  }
  /** Stores entries and acknowledges them. Returns false if the signal aborts first. */
  const take = async (stream: string, entries: readonly Entry[]): Promise<boolean> => {
    const messages = entries.flatMap(({ id, message }) =>
      message ? [{ id: `${stream} ${id}`, body: bodyOf(message) }] : [],
    )
    const { records, keys } = toKeyedRecords(messages, { source: name, now: now(), zoneMinutes })
    if (records.length > 0 && !(await offer(emit, records, undefined, signal, keys))) return false
    const ids = entries.map(({ id }) => id)
    await answered(client.xAck(stream, group, ids))
    return true
  }
  const read = async (positions: readonly { readonly key: string; readonly id: string }[]) => {
    const limits = { COUNT: mostEntries, BLOCK: blockMs }
    const reply = await answered(client.xReadGroup(group, consumer, [...positions], limits), blockMs + answerMs)
    return replyShape.parse(reply ?? [])
  }

  try {
    await answered(client.connect())
    for (const stream of streams) {
      await join(stream, from === 'start' ? '0' : '$')
      // Entries that were delivered before a restart, and not acknowledged.
      for (let id = '0'; ; ) {
        const [pending] = await read([{ key: stream, id }])
        const last = pending?.messages.at(-1)
        if (!pending || !last) break
        if (!(await take(stream, pending.messages))) return
        id = last.id
      }
    }
    outages.ended(name)
    while (!signal.aborted) {
      try {
        for (const { name: stream, messages } of await read(streams.map((key) => ({ key, id: '>' })))) {
          if (!(await take(stream, messages))) return
        }
      } catch (error) {
        // Somebody deleted a stream, and the group with it.
        if (!(error instanceof Error && /^(?:NOGROUP|UNBLOCKED)/.test(error.message))) throw error
        for (const stream of streams) await join(stream, '0')
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    if (client.isOpen) client.destroy()
  }
}

const replyShape = z.array(
  z.object({
    name: z.string(),
    messages: z.array(z.object({ id: z.string(), message: z.record(z.string(), z.string()).nullable() })),
  }),
)

/** Returns the text of an entry: the value of its only field, else all fields as JSON. */
const bodyOf = (message: Readonly<Record<string, string>>): string => {
  const [value, ...others] = Object.values(message)
  return value !== undefined && others.length === 0 ? value : JSON.stringify(message)
}
