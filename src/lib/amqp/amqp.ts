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

/**
 * Opens a connection that reconnects automatically, at growing intervals from a second up to `longestRetry` ms. Does not wait for it. The URL may
 * name several nodes of a cluster, which are tried in turn: `amqp://user:password@one:5672,two:5672/vhost`. `first` is the number of
 * the first one, which may exceed the number of nodes.
 */
export const openAmqp = async (
  url: string,
  { connected, lost }: Listener,
  longestRetry = 30_000,
  first = 0,
): Promise<Connection> => {
  const { Connection } = await import('rabbitmq-client')
  const connection = new Connection({
    ...readNodes(url, first),
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

/** Splits a URL into one of the first node, and all nodes. */
const readNodes = (url: string, first: number): { readonly url: string; readonly hosts?: string[] } => {
  const [, before = '', nodes = '', after = ''] = /^(amqps?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/.exec(url) ?? []
  const hosts = nodes.split(',')
  hosts.push(...hosts.splice(0, first % hosts.length))
  return hosts.length < 2 ? { url } : { url: `${before}${hosts[0]}${after}`, hosts }
}

/** Returns the reason of a failure, without the URL, which may contain a password. */
export const amqpReason = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code === undefined || error.message.includes(code) ? error.message : `${code}: ${error.message}`
}

/** The names of the exchange and the queue for the dead letters of a queue. */
export const deadLetterNames = (queue: string): { readonly exchange: string; readonly queue: string } => ({
  exchange: `${queue}.dlx`,
  queue: `${queue}.dlq`,
})

/**
 * Declares a durable queue, and the exchange and queue for its dead letters. An existing queue keeps its limits, because the broker would
 * refuse another declaration.
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

/** Whether the broker reports that an object is missing. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'NOT_FOUND'
