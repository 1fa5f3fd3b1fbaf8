import type { AsyncMessage, Channel } from 'rabbitmq-client'
import type { Log } from '../../component.ts'
import { amqpReason } from '../../lib/amqp/amqp.ts'
import { pause, within } from '../../lib/deadline/deadline.ts'
import type { BrokerInbox } from '../broker.ts'
import { declareQuorumQueue } from './rabbitmq-queues.ts'
import type { ReplaceableConnection } from './replaceable-connection.ts'

interface Arrived {
  readonly payload: Uint8Array
  readonly transaction: string
  readonly tag: number
  readonly at: number
  isKnown: boolean
}

/**
 * The limits of unacknowledged messages, initially and at most. A message of 4,096 lines has about 100 kB, and a worker may have all
 * partitions.
 */
const firstPrefetch = 64
const largestPrefetch = 4_096
const retryMs = 500
/** How long a queue may take to report its state, in ms, and the state that is assumed after it. */
const answerMs = 2_000
const unknown = { messageCount: Number.NaN, consumerCount: 0 }

/**
 * Consumes a queue over a connection of its own, and over another one when it fails. Queues share no connection, because their leaders are
 * on different nodes: one that cannot be reached would disturb the others.
 */
export const openRabbitmqInbox = (
  connections: ReplaceableConnection,
  queue: string,
  log: Log,
  arrived: () => void,
): BrokerInbox => {
  const messages = new Map<string, Arrived>()
  const stop = new AbortController()
  let prefetch = firstPrefetch
  let channel: Channel | undefined
  let reconnect = () => {}

  const canGrow = (): boolean => messages.size >= prefetch && prefetch < largestPrefetch

  const take = ({ messageId, headers, body, deliveryTag }: AsyncMessage, from: Channel): void => {
    // The client delivers one turn late. On the next channel, the tag of a closed one would acknowledge another message.
    if (from !== channel || !from.active) return
    const transaction: unknown = headers?.transaction
    if (messageId === undefined || typeof transaction !== 'string' || !Buffer.isBuffer(body)) {
      log.warn({ queue, message_id: messageId }, 'Removed a message that Vedette did not send.')
      from.basicAck({ deliveryTag })
      return
    }
    const at = performance.now()
    messages.set(messageId, { payload: body, transaction, tag: deliveryTag, at, isKnown: false })
    arrived()
  }

  const consume = async (): Promise<void> => {
    const connection = await connections.get()
    const opened = await connection.acquire({ emitErrorsFromChannel: true })
    opened.on('error', (error) => log.warn({ queue, reason: amqpReason(error) }, 'A channel to RabbitMQ was closed.'))
    reconnect = () => connections.drop(connection)
    // The queue was deleted.
    opened.on('basic.cancel', reconnect)
    const closed = new Promise((done) => opened.once('close', done))
    try {
      await connections.answer(connection, declareQuorumQueue(opened, queue))
      await opened.basicQos({ prefetchCount: prefetch })
      channel = opened
      await connections.answer(
        connection,
        opened.basicConsume({ queue }, (message) => take(message, opened)),
      )
      if (!stop.signal.aborted) await closed
    } finally {
      channel = undefined
      // The broker redelivers them.
      messages.clear()
      if (!stop.signal.aborted) reconnect()
    }
  }

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await consume()
      } catch (error) {
        log.debug({ queue, reason: amqpReason(error) }, 'A queue cannot be consumed.')
        await pause(retryMs, stop.signal)
      }
    }
  }
  void run()

  return {
    payload: (id) => messages.get(id)?.payload,
    recognize(ids) {
      for (const id of ids) {
        const message = messages.get(id)
        if (message) message.isKnown = true
      }
    },
    unknown(ms) {
      const before = performance.now() - ms
      return [...messages].flatMap(([id, { transaction, at, isKnown }]) =>
        isKnown || at > before ? [] : [{ id, transaction }],
      )
    },
    acknowledge(ids) {
      for (const id of ids) {
        const message = messages.get(id)
        messages.delete(id)
        if (message && channel?.active) channel.basicAck({ deliveryTag: message.tag })
      }
    },
    async hasAll() {
      if (!channel?.active) return false
      const { messageCount, consumerCount } = await within(answerMs, declareQuorumQueue(channel, queue), () => unknown)
      return messageCount === 0 && consumerCount === 1
    },
    canGrow,
    reopen() {
      if (!channel?.active) return
      if (canGrow()) prefetch *= 2
      reconnect()
    },
    close() {
      stop.abort()
      void connections.close()
    },
  }
}
