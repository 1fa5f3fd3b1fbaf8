import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client'
import type { Log } from '../../component.ts'
import { amqpReason } from '../../lib/amqp/amqp.ts'
import { pause } from '../../lib/deadline/deadline.ts'
import type { BrokerInbox } from '../broker.ts'
import { declareQuorumQueue } from './rabbitmq-queues.ts'

interface Arrived {
  readonly payload: Uint8Array
  readonly transaction: string
  readonly tag: number
  readonly at: number
  isKnown: boolean
}

/**
 * How many messages may be here without an acknowledgement, at first and after all widening. A message of 4,096 lines has some 100 kB, and a
 * worker may have all partitions.
 */
const firstPrefetch = 64
const largestPrefetch = 4_096
const retryMs = 500

/** Consumes a queue on a channel of its own, which is opened again whenever it closes. */
export const openRabbitmqInbox = (
  connection: Promise<Connection>,
  queue: string,
  log: Log,
  arrived: () => void,
): BrokerInbox => {
  const messages = new Map<string, Arrived>()
  const stop = new AbortController()
  let prefetch = firstPrefetch
  let channel: Channel | undefined

  const take = ({ messageId, headers, body, deliveryTag }: AsyncMessage, from: Channel): void => {
    // The client delivers a turn late. The tag of a closed channel would acknowledge another message on the next one.
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
    const opened = await (await connection).acquire({ emitErrorsFromChannel: true })
    opened.on('error', (error) => log.warn({ queue, reason: amqpReason(error) }, 'A channel to RabbitMQ was closed.'))
    // The queue was deleted.
    opened.on('basic.cancel', () => void opened.close())
    const closed = new Promise((done) => opened.once('close', done))
    try {
      await declareQuorumQueue(opened, queue)
      await opened.basicQos({ prefetchCount: prefetch })
      channel = opened
      await opened.basicConsume({ queue }, (message) => take(message, opened))
      if (!stop.signal.aborted) await closed
    } finally {
      channel = undefined
      // They come again.
      messages.clear()
      await opened.close()
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
      const { messageCount, consumerCount } = await declareQuorumQueue(channel, queue)
      return messageCount === 0 && consumerCount === 1
    },
    widen() {
      if (!channel?.active || messages.size < prefetch || prefetch >= largestPrefetch) return
      prefetch *= 2
      void channel.close()
    },
    close() {
      stop.abort()
      void channel?.close()
    },
  }
}
