import { connect } from 'node:net'
import { Connection } from 'rabbitmq-client'
import { silentLog } from '../../src/component.ts'
import { deadLetterNames, isMissing } from '../../src/lib/amqp/amqp.ts'
import { queueName, readQueuePrefix } from '../../src/queue/rabbitmq/rabbitmq-queues.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Need } from '../needs.ts'
import { createLine } from './line.ts'

const broker = process.env.RABBITMQ_TEST_URL ?? 'amqp://guest:guest@127.0.0.1:5672'

/** The URL of the broker for tests. */
export const rabbitmqUrl = broker

const ask = async <Answer>(question: (connection: Connection) => Promise<Answer>): Promise<Answer> => {
  const connection = new Connection(broker)
  connection.on('error', () => {})
  try {
    return await question(connection)
  } finally {
    await connection.close()
  }
}

/** Removes the queues of an installation. */
export const removeQueues = (prefix: string, partitions: readonly number[]): Promise<void> =>
  ask(async (connection) => {
    const records = partitions.map((partition) => queueName(prefix, 'records', partition))
    for (const queue of [...records, queueName(prefix, 'facts', 0)]) await connection.queueDelete({ queue })
  })

/** Removes the queues of the installation that uses a database. */
export const removeQueuesOf = async (url: string): Promise<void> => {
  const store = await openStore(url, { now: Date.now, log: silentLog })
  const { connections, intake } = store
  const count = await intake.fixPartitions(1)
  await removeQueues(
    await readQueuePrefix(connections),
    Array.from({ length: count }, (_, partition) => partition),
  )
  await store.close()
}

/** The number of messages of a queue that no consumer has. */
export const countMessages = (queue: string): Promise<number> =>
  ask(async (connection) => (await connection.queueDeclare({ queue, passive: true })).messageCount)

/** Removes the messages of a queue that no consumer has. */
export const purge = (queue: string): Promise<unknown> => ask((connection) => connection.queuePurge({ queue }))

/** The broker for RabbitMQ tests. */
export const findRabbitmq = async (): Promise<Need> => {
  const { hostname, port } = new URL(broker)
  const answered = await new Promise<boolean>((done) => {
    const socket = connect({ host: hostname, port: Number(port || 5672) }, () => done(true))
    socket.once('error', () => done(false))
    socket.setTimeout(20_000, () => done(false))
  })
  const missing = `RabbitMQ does not answer at ${hostname}:${port || 5672}. Start one, or set RABBITMQ_TEST_URL`
  return { missing: answered ? undefined : missing }
}

export interface Message {
  readonly messageId: string | undefined
  readonly correlationId: string | undefined
  readonly priority: number | undefined
  readonly durable: boolean
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** Separate queues for a test on the real broker, and a client. */
export const openQueues = (name: string) => {
  const connection = new Connection(broker)
  connection.on('error', () => {})
  const publisher = connection.createPublisher({ confirm: true, maxAttempts: 5 })
  const alerts = `vedette-test-${process.pid}-${name}.raw`
  const results = `vedette-test-${process.pid}-${name}.result`
  const stage = (end: string) => `vedette-test-${process.pid}-${name}.${end}`
  const stages = {
    normalized: stage('normalized'),
    enriched: stage('enriched'),
    contextualized: stage('contextualized'),
  }
  return {
    url: broker,
    alerts,
    results,
    stages,
    connection,
    send: (body: string | Buffer | object, facts: object = {}) =>
      publisher.send(
        { routingKey: alerts, durable: true, ...facts },
        Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      ),
    /** The number of messages in a queue; undefined if it does not exist. */
    depth: async (queue: string): Promise<number | undefined> => {
      const found = await connection.queueDeclare({ queue, passive: true }).catch(() => undefined)
      return found?.messageCount
    },
    /** Reads all messages of a queue; none if it does not exist. */
    drain: async (queue: string): Promise<readonly Message[]> => {
      const messages: Message[] = []
      for (;;) {
        const found = await connection.basicGet({ queue, noAck: true }).catch((error: unknown) => {
          if (isMissing(error)) return undefined
          throw error
        })
        if (!found) return messages
        const { messageId, correlationId, priority, durable = false, headers = {}, body } = found
        messages.push({ messageId, correlationId, priority, durable, headers, body })
      }
    },
    /** Removes everything of this test from the broker. */
    remove: async () => {
      for (const queue of [alerts, results, ...Object.values(stages)]) {
        const dead = deadLetterNames(queue)
        await connection.queueDelete({ queue })
        await connection.queueDelete({ queue: dead.queue })
        await connection.exchangeDelete({ exchange: dead.exchange })
      }
      await publisher.close()
      await connection.close()
    },
  }
}

/** A connection to the broker that can be broken. */
export const openLine = (port: number) => {
  const { hostname, port: brokerPort } = new URL(broker)
  return {
    url: broker.replace(/@[^/]+/, `@127.0.0.1:${port}`),
    ...createLine(port, { host: hostname, port: Number(brokerPort || 5672) }),
  }
}
