import { randomInt } from 'node:crypto'
import type { Channel } from 'rabbitmq-client'
import type { Connections } from '../../store/database.ts'
import type { Topic } from '../queue.ts'

/**
 * Names the RabbitMQ queues of this database. Two installations may share a virtual host: a name that both used would make each remove the
 * messages of the other as strays.
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
 * How often a message may be redelivered. Each lost connection counts as a delivery for all messages that were on their way, so a limit
 * that is ever reached would drop accepted records. The queue counts failed attempts in the database. RabbitMQ 4 has a limit of 20 unless one is
 * set, and only with a limit does a redelivered message keep its place.
 */
const deliveryLimit = 1_000_000_000

/** Makes sure that a queue is there. Returns how many messages wait in it and how many consumers it has. */
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
