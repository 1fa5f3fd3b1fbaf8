import type { Producer } from '@platformatic/kafka'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import { unlessAborted } from '../../../lib/deadline/deadline.ts'
import {
  kafkaConnection,
  kafkaConnectionFaults,
  kafkaTopic,
  toKafkaClient,
} from '../../../lib/kafka/kafka-connection.ts'
import { minute } from '../../../lib/units/time.ts'
import { toFlatAlert } from '../flat-alert.ts'
import { indentAll } from '../plain.ts'
import { type Sink, splitNotification } from '../sink.ts'
import { kafkaRejection } from './kafka-rejection.ts'

const options = z
  .strictObject({
    ...kafkaConnection,
    topic: kafkaTopic.default('security-anomalies').describe('The topic to write to.'),
  })
  .superRefine((given, { addIssue }) => {
    for (const { path, message } of kafkaConnectionFaults(given)) addIssue({ code: 'custom', path: [path], message })
  })

const idleMs = minute

/** Writes to a topic. The incident's id is the key, so messages about one incident stay in order. */
export const kafkaSink: Component<typeof options, Sink> = {
  name: 'kafka',
  summary: 'Writes each incident as flat JSON to a Kafka topic.',
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
      // Ignore errors while closing.
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
        const messages = splitNotification(notification).map((one) => ({
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
        } catch (error) {
          if (error instanceof AppError) throw error
          throw new AppError('SINK_REJECTED', 'The Kafka message was cancelled.', { retryable: true, cause: error })
        } finally {
          clearTimeout(idle)
          // An open request cannot be cancelled, but closing the connection prevents its retries.
          if (signal.aborted || end.aborted) close()
          else idle = setTimeout(close, idleMs).unref()
        }
      },
      preview: (notification) => indentAll(splitNotification(notification).map(toFlatAlert)),
    }
  },
}

type StringProducer = Producer<string, string, string, string>

/** Opens an idempotent producer that waits for all replicas. Loads the library lazily, because that takes half a second. */
const openProducer = async (settings: z.output<typeof options>): Promise<StringProducer> => {
  const { ProduceAcks, Producer, stringSerializers } = await import('@platformatic/kafka')
  const producer = new Producer({
    ...toKafkaClient(settings),
    serializers: stringSerializers,
    acks: ProduceAcks.ALL,
    idempotent: true,
    // The protocol's value for "none yet". The library's default of 0 may be unknown to brokers.
    producerId: -1n,
    producerEpoch: -1,
    // Leave the creation of topics to the broker's configuration.
    autocreateTopics: true,
    // Enough for a new topic or a new leader. The delivery handles longer outages.
    retries: 3,
    retryDelay: 500,
  })
  // A rejected connection that is then cut fails twice, but the library handles only one error.
  producer.connections.on('connecting', ({ connection }) => connection.on('error', () => {}))
  return producer
}
