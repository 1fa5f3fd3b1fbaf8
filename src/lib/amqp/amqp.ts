import type { Connection } from 'rabbitmq-client'

/** The listener to the state of a connection. */
interface Listener {
  connected(): void
  /** `reason` names no secret. */
  lost(reason: string): void
}

/** The limits of a queue of this name, in size and age; its dead letters. */
export interface QueueLimits {
  /** How many messages. */
  readonly most: number
  /** In ms. */
  readonly ttl: number
}

/** Opens a connection that comes back by itself, trying ever more seldom, from a second up to `longestRetry` ms. Does not wait for it. */
export const openAmqp = async (
  url: string,
  { connected, lost }: Listener,
  longestRetry = 30_000,
): Promise<Connection> => {
  const { Connection } = await import('rabbitmq-client')
  const connection = new Connection({
    url,
    retryLow: 1_000,
    retryHigh: longestRetry,
    // In seconds. A path that swallows packets is noticed after two missed ones.
    heartbeat: 10,
    connectionName: 'vedette',
  })
  connection.on('connection', connected)
  connection.on('error', (error: unknown) => lost(amqpReason(error)))
  return connection
}

/** Says what went wrong, without the address, which may hold a password. */
export const amqpReason = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code === undefined || error.message.includes(code) ? error.message : `${code}: ${error.message}`
}

/** Names the exchange and the queue of what a queue could not make use of. */
export const deadLetterNames = (queue: string): { readonly exchange: string; readonly queue: string } => ({
  exchange: `${queue}.dlx`,
  queue: `${queue}.dlq`,
})

/**
 * Makes sure that a durable queue is there, and what takes its dead letters. A queue that somebody made before stays as it is, whatever
 * its limits: declaring it otherwise would be refused.
 */
export const declareQueue = async (
  connection: Connection,
  queue: string,
  { most, ttl }: QueueLimits,
  deadLimits: QueueLimits,
): Promise<void> => {
  const dead = deadLetterNames(queue)
  await connection.exchangeDeclare({ exchange: dead.exchange, type: 'direct', durable: true })
  await declareUnlessThere(connection, dead.queue, {
    'x-max-length': deadLimits.most,
    'x-message-ttl': deadLimits.ttl,
  })
  await connection.queueBind({ exchange: dead.exchange, queue: dead.queue, routingKey: dead.queue })
  await declareUnlessThere(connection, queue, {
    'x-dead-letter-exchange': dead.exchange,
    'x-dead-letter-routing-key': dead.queue,
    'x-max-length': most,
    'x-message-ttl': ttl,
  })
}

const declareUnlessThere = async (
  connection: Connection,
  queue: string,
  args: Readonly<Record<string, string | number>>,
): Promise<void> => {
  try {
    await connection.queueDeclare({ queue, passive: true })
  } catch (error) {
    if (!isMissing(error)) throw error
    await connection.queueDeclare({ queue, durable: true, arguments: { ...args } })
  }
}

/** Whether the broker says that something is missing. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'NOT_FOUND'
