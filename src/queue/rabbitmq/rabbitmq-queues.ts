import { randomInt } from 'node:crypto'
import type { Channel } from 'rabbitmq-client'
import type { Connections } from '../../store/database.ts'
import type { Topic } from '../queue.ts'

/**
 * Names the RabbitMQ queues of this database. Two installations may share a virtual host. If they used the same names, each would remove
 * the messages of the other as strays.
 */
export const readQueuePrefix = async ({ read, write }: Pick<Connections, 'read' | 'write'>): Promise<string> => {
  const name = 'rabbitmq'
  await write
    .insertInto('counters')
    .values({ name, value: randomInt(2 ** 47) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const { value } = await read.selectFrom('counters').select('value').where('name', '=', name).executeTakeFirstOrThrow()
  return `vedette.${Number(value).toString(36)}`
}

/** Names the queue of a partition. */
export const queueName = (prefix: string, topic: Topic, partition: number): string =>
  topic === 'records' ? `${prefix}.records.${partition}` : `${prefix}.${topic}`

/**
 * The redelivery limit. Each lost connection counts as a delivery of all messages in flight, so a limit within reach would drop accepted
 * records. The database counts failed attempts. RabbitMQ 4 has a default limit of 20, and a redelivered message keeps its place only if
 * there is a limit.
 */
const deliveryLimit = 1_000_000_000

/** Declares a queue. Returns how many messages and consumers it has. */
export const declareQuorumQueue = (
  channel: Channel,
  queue: string,
): Promise<{ readonly messageCount: number; readonly consumerCount: number }> =>
  channel.queueDeclare({
    queue,
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-single-active-consumer': true,
      'x-delivery-limit': deliveryLimit,
    },
  })
