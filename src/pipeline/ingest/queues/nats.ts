import type { JsMsg } from '@nats-io/jetstream'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { unlessAborted, within } from '../../../lib/deadline/deadline.ts'
import { offer } from '../offer.ts'
import type { Emit, Outages, Source } from '../source.ts'
import { zone } from '../zone.ts'
import { createArrivals } from './arrivals.ts'
import { toKeyedRecords } from './keyed-records.ts'

const options = z
  .strictObject({
    name: z.string().min(1).describe('The source of its events.'),
    servers: z
      .array(z.string().min(1))
      .min(1)
      .default(['localhost:4222'])
      .describe('The servers, as `host:port`; `tls://host:port` for TLS.'),
    stream: z.string().min(1).describe('The JetStream stream. It must exist.'),
    subjects: z.array(z.string().min(1)).default([]).describe('The subjects to read; all of the stream by default.'),
    durable: z
      .string()
      .regex(/^[\w-]{1,32}$/, 'use up to 32 letters, digits, "_" and "-"')
      .default('vedette')
      .describe('The durable consumer. It is created if it does not exist.'),
    from: z.enum(['start', 'end']).default('start').describe('Where a new consumer starts.'),
    username: z.string().min(1).optional().describe('The user.'),
    password: z.string().min(1).optional().meta({ description: 'The password of `username`.', secret: true }),
    token: z.string().min(1).optional().meta({ description: 'The token, instead of a user.', secret: true }),
    zone,
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ['password'],
    error: 'belongs to username',
  })

type NatsOptions = z.output<typeof options>

/** Declares the source that reads a NATS JetStream stream. */
export const natsSource = (outages: Outages): Component<typeof options, Source> => ({
  name: 'nats',
  summary: 'Reads a NATS JetStream stream with a durable consumer. Acknowledges messages when they are on disk.',
  options,
  create: (given, { now }) => ({
    async run(emit, signal) {
      try {
        await readStream(given, { now, outages, emit }, signal)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
  }),
})

interface Surroundings {
  readonly now: () => number
  readonly outages: Outages
  readonly emit: Emit
}

/** How many messages may be unacknowledged. */
const mostPending = 1_000
const closeMs = 3_000
const connectMs = 10_000
/** The server is asked so often whether it is there, in ms. After two questions without an answer, the connection counts as lost. */
const pingMs = 10_000
/** After so long, the server delivers an unacknowledged message again, also after a restart. */
const ackMs = 10_000

/** Reads until the signal aborts. Throws if the connection is lost. */
const readStream = async (
  { name, servers, stream, subjects, durable, from, username, password, token, zone: zoneMinutes }: NatsOptions,
  { now, outages, emit }: Surroundings,
  signal: AbortSignal,
): Promise<void> => {
  const { connect, nanos } = await import('@nats-io/transport-node')
  const { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } = await import('@nats-io/jetstream')
  const connecting = connect({
    servers,
    name: 'vedette',
    reconnect: false,
    timeout: connectMs,
    pingInterval: pingMs,
    ...(username !== undefined && { user: username, pass: password ?? '' }),
    ...(token !== undefined && { token }),
  })
  connecting.then(
    (late) => (signal.aborted ? late.close() : undefined),
    () => undefined,
  )
  const connection = await unlessAborted(connecting, signal)
  const arrivals = createArrivals<JsMsg>()
  void connection.closed().then((error) => arrivals.fail(error ?? new Error('The connection was closed.')))
  try {
    const admin = await jetstreamManager(connection)
    const isNew = await admin.consumers.info(stream, durable).then(
      () => false,
      () => true,
    )
    if (isNew) {
      await admin.consumers.add(stream, {
        durable_name: durable,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackMs),
        deliver_policy: from === 'start' ? DeliverPolicy.All : DeliverPolicy.New,
        max_ack_pending: mostPending,
        ...(subjects.length > 0 && { filter_subjects: subjects }),
      })
    }
    const consumer = await jetstream(connection).consumers.get(stream, durable)
    const delivery = await consumer.consume({ max_messages: mostPending, callback: arrivals.push })
    // It ends when the consumer or the stream is deleted.
    void delivery.closed().then((error) => arrivals.fail(error ?? new Error('The consumer was deleted.')))
    outages.ended(name)
    while (!signal.aborted) {
      const messages = await arrivals.next(signal)
      if (messages.length === 0) continue
      const { records, keys } = toKeyedRecords(
        // The time keeps a stream apart from an earlier one of the same name.
        messages.map((message) => ({
          id: `${stream} ${message.seq} ${message.info.timestampNanos}`,
          body: message.string(),
        })),
        { source: name, now: now(), zoneMinutes },
      )
      if (records.length > 0 && !(await offer(emit, records, undefined, signal, keys))) return
      for (const message of messages) message.ack()
    }
  } finally {
    await within(closeMs, connection.close(), () => undefined)
  }
}
