import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Channel } from 'rabbitmq-client'
import type { Log } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { amqpReason, openAmqp } from '../../lib/amqp/amqp.ts'
import { pause, within } from '../../lib/deadline/deadline.ts'
import type { Broker } from '../broker.ts'
import type { Topic } from '../queue.ts'
import { openRabbitmqInbox } from './rabbitmq-inbox.ts'
import { declareQuorumQueue, queueName } from './rabbitmq-queues.ts'
import { createReplaceableConnection, type ReplaceableConnection } from './replaceable-connection.ts'

interface RabbitmqOptions {
  readonly url: string
  /** See `readQueuePrefix`. */
  readonly prefix: string
  /** The partitions of the records. */
  readonly partitions: readonly number[]
  readonly now: () => number
  readonly log: Log
}

/** How long a confirmation may take, in ms: less than the database lets an open transaction wait. */
const confirmMs = 5_000
/** How long no message may be confirmed until the connection is replaced, in ms. */
const stuckMs = 30_000
/** How long a missing confirmation counts as a problem, in ms. */
const unconfirmedMs = 15_000
/** The longest wait between attempts to connect, in ms, and the wait after a refused queue. */
const longestRetry = 2_000
const retryMs = 500
/** The recommended wait of senders, in seconds. */
const retryAfter = 5

/**
 * Stores payloads in RabbitMQ: a durable quorum queue for each partition, with a single active consumer, and one for facts. A message
 * counts as sent when the broker has confirmed it. Does not wait for the broker to be reachable.
 */
export const openRabbitmqBroker = async ({ url, prefix, partitions, now, log }: RabbitmqOptions): Promise<Broker> => {
  const stop = new AbortController()
  let publishing: Channel | undefined
  let replace = () => {}
  let unconfirmedSince: number | undefined
  let unconfirmedAt = Number.NEGATIVE_INFINITY
  let blockedSince: number | undefined
  let away: { readonly since: number; readonly reason: string } | undefined = {
    since: now(),
    reason: 'not connected yet',
  }
  const returned = new Set<string>()

  const lose = (reason: string): void => {
    publishing = undefined
    if (stop.signal.aborted) return
    if (!away || away.reason !== reason) log.warn({ reason }, 'RabbitMQ cannot be reached. Retrying.')
    away = { since: away?.since ?? now(), reason }
  }
  const sending = createReplaceableConnection(async (node) => {
    const connection = await openAmqp(url, { connected() {}, lost: lose }, longestRetry, node)
    connection.on('connection.blocked', (reason) => {
      blockedSince ??= now()
      log.warn({ reason }, 'RabbitMQ accepts no messages.')
    })
    connection.on('connection.unblocked', () => {
      blockedSince = undefined
    })
    return connection
  })
  const receiving = new Set<ReplaceableConnection>()
  // An invalid URL fails here.
  await sending.get()

  /** Opens the channel for sending; resolves when it is closed. */
  const publish = async (): Promise<void> => {
    const connection = await sending.get()
    const channel = await connection.acquire()
    const closed = new Promise((done) => channel.once('close', done))
    try {
      channel.on('basic.return', ({ messageId }) => {
        if (messageId !== undefined) returned.add(messageId)
      })
      const queues = [
        ...partitions.map((partition) => queueName(prefix, 'records', partition)),
        queueName(prefix, 'facts', 0),
      ]
      for (const queue of queues) await sending.answer(connection, declareQuorumQueue(channel, queue))
      await channel.confirmSelect()
      returned.clear()
      publishing = channel
      replace = () => sending.drop(connection)
      blockedSince = undefined
      if (away) log.info({}, 'RabbitMQ is connected.')
      away = undefined
      await closed
      lose('the connection was closed')
    } finally {
      await sending.answer(connection, channel.close())
    }
  }
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await publish().catch((error: unknown) => lose(amqpReason(error)))
      await pause(retryMs, stop.signal)
    }
  }
  void run()

  const unavailable = (reason: string): AppError =>
    new AppError('UNAVAILABLE', `RabbitMQ did not take the records: ${reason}.`, {
      hint: 'Send them again in a moment.',
      retryable: true,
      retryAfter,
    })

  return {
    async send(topic: Topic, partition, messages) {
      const channel = publishing
      if (!channel?.active) throw unavailable(away?.reason ?? 'not connected')
      if (blockedSince !== undefined) throw unavailable('it is short of memory or disk space')
      const routingKey = queueName(prefix, topic, partition)
      const confirmed = Promise.all(
        messages.map(({ id, transaction, payload }) =>
          channel.basicPublish(
            { routingKey, mandatory: true, durable: true, messageId: id, headers: { transaction } },
            Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
          ),
        ),
      ).catch((error: unknown) => {
        throw unavailable(amqpReason(error))
      })
      await within(confirmMs, confirmed, () => {
        unconfirmedAt = performance.now()
        unconfirmedSince ??= unconfirmedAt
        if (unconfirmedAt - unconfirmedSince > stuckMs) {
          unconfirmedSince = undefined
          replace()
        }
        throw unavailable(`no confirmation within ${confirmMs / 1000} s`)
      })
      unconfirmedSince = undefined
      unconfirmedAt = Number.NEGATIVE_INFINITY
      // The client reports an unroutable message one turn after its confirmation.
      await nextTurn()
      const lost = messages.filter(({ id }) => returned.delete(id))
      if (lost.length === 0) return
      // The queue was deleted. Closing the channel declares it again.
      void channel.close()
      throw unavailable(`the queue ${routingKey} is missing`)
    },
    receive(topic, partition, arrived) {
      // A broker that is short of memory stops reading from connections that publish. Acknowledgements, which free memory, need another one.
      const connections = createReplaceableConnection((node) =>
        openAmqp(url, { connected() {}, lost() {} }, longestRetry, node),
      )
      receiving.add(connections)
      const inbox = openRabbitmqInbox(connections, queueName(prefix, topic, partition), log, arrived)
      return {
        ...inbox,
        close() {
          receiving.delete(connections)
          inbox.close()
        },
      }
    },
    problems() {
      const say = (what: string) => [`RabbitMQ ${what}. Records are refused with 503.`]
      if (away) return say(`cannot be reached since ${new Date(away.since).toISOString()}: ${away.reason}`)
      if (blockedSince !== undefined)
        return say(`is short of memory or disk space since ${new Date(blockedSince).toISOString()}`)
      // Without a new attempt, the state is unknown: a load balancer sends nothing to a process that reports problems.
      if (performance.now() - unconfirmedAt < unconfirmedMs) return say('does not confirm messages')
      return []
    },
    async close() {
      stop.abort()
      void publishing?.close()
      await sending.close()
      await Promise.all([...receiving].map((one) => one.close()))
    },
  }
}
