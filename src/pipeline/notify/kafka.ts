import { isIP } from 'node:net'
import type { Producer } from '@platformatic/kafka'
import { z } from 'zod'
import type { Component } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { toFlatAlert } from './flat-alert.ts'
import { kafkaRejection } from './kafka-rejection.ts'
import { apart, type Sink } from './sink.ts'

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const

const options = z
  .strictObject({
    brokers: z
      .array(z.string().regex(/^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i, 'expected host:port'))
      .min(1)
      .default(['localhost:9092'])
      .describe('Brokers to ask first, as `host:port`; they name the others.'),
    topic: z
      .string()
      .regex(/^(?!\.{1,2}$)[\w.-]{1,249}$/, 'use letters, digits, ".", "_" and "-", 249 at most')
      .default('security-anomalies')
      .describe('Where to write.'),
    tls: z.boolean().default(false).describe('Speaks TLS.'),
    ca: z
      .string()
      .optional()
      .describe('With `tls`: the certificates to trust in place of the public ones, as PEM; `ca_file` reads them.'),
    sasl: z
      .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
      .optional()
      .describe('How to sign in. `plain` shows the password to whoever reads along, unless `tls` is on.'),
    username: z.string().min(1).optional().describe('Who signs in.'),
    password: z.string().min(1).optional().meta({ description: 'The password of `username`.', secret: true }),
  })
  .refine(({ tls, ca }) => ca === undefined || tls, { path: ['ca'], error: 'needs tls' })
  .superRefine(({ sasl, username, password }, { addIssue }) => {
    for (const [name, value] of Object.entries({ username, password })) {
      if ((sasl === undefined) === (value === undefined)) continue
      const message = sasl === undefined ? 'means nothing without sasl' : 'is needed for sasl'
      addIssue({ code: 'custom', path: [name], message })
    }
  })

const idleMs = 60_000

/** Writes to a topic. What of one incident is told stays in order, because its id is the key. */
export const kafkaSink: Component<typeof options, Sink> = {
  name: 'kafka',
  summary: 'Writes each incident as flat JSON to a topic of Kafka.',
  options,
  create(settings, { signal: end }) {
    const { topic } = settings
    let opening: Promise<StringProducer> | undefined
    let idle: NodeJS.Timeout | undefined

    const close = () => {
      clearTimeout(idle)
      end.removeEventListener('abort', close)
      const closing = opening
      opening = undefined
      // What a connection says on its way out concerns nobody.
      closing?.then((producer) => producer.close(true)).catch(() => undefined)
    }
    const opened = () => {
      clearTimeout(idle)
      if (!opening) {
        opening = openProducer(settings)
        end.addEventListener('abort', close, { once: true })
      }
      return opening
    }

    return {
      async send(notification, signal) {
        const messages = apart(notification).map((one) => ({
          topic,
          key: one.incident.id,
          value: JSON.stringify(toFlatAlert(one)),
          headers: { 'idempotency-key': one.idempotencyKey },
        }))
        const produced = opened()
          .then((producer) => producer.send({ messages }))
          .catch((error: unknown) => {
            throw kafkaRejection(error, settings)
          })
        try {
          await unlessAborted(produced, signal)
        } finally {
          clearTimeout(idle)
          // A request under way cannot be taken back, but what would repeat it goes with its connection.
          if (signal.aborted || end.aborted) close()
          else idle = setTimeout(close, idleMs).unref()
        }
      },
    }
  },
}

type StringProducer = Producer<string, string, string, string>

/** Waits for all replicas; the broker drops what the library repeats. Loads the library here, because that takes half a second. */
const openProducer = async ({
  brokers,
  tls,
  ca,
  sasl,
  username,
  password,
}: z.output<typeof options>): Promise<StringProducer> => {
  const { ProduceAcks, Producer, stringSerializers } = await import('@platformatic/kafka')
  const producer = new Producer({
    clientId: 'vedette',
    bootstrapBrokers: brokers,
    serializers: stringSerializers,
    acks: ProduceAcks.ALL,
    idempotent: true,
    // As the protocol says "none yet"; the library's own 0 is a producer that brokers may not know.
    producerId: -1n,
    producerEpoch: -1,
    // Whether there are to be topics that nobody made is the broker's to say.
    autocreateTopics: true,
    // Enough for a topic to come into being or a leader to change; longer outages are the delivery's matter.
    retries: 3,
    retryDelay: 500,
    ...(tls && { tls: ca === undefined ? {} : { ca }, tlsServerName: !brokers.some(isAddress) }),
    ...(sasl && username !== undefined && password !== undefined
      ? { sasl: { mechanism: mechanisms[sasl], username, password } }
      : {}),
  })
  // A connection that was told off and then cut fails twice, and the library hears it once.
  producer.connections.on('connecting', ({ connection }) => connection.on('error', () => {}))
  return producer
}

/** Tells an IP address from a name: certificates are chosen by names alone. */
const isAddress = (broker: string): boolean => broker.startsWith('[') || isIP(broker.replace(/:\d+$/, '')) !== 0

const unlessAborted = async (work: Promise<unknown>, signal: AbortSignal): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(new AppError('SINK_REJECTED', 'The message for Kafka was given up.', { retryable: true }))
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([promise, work])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
