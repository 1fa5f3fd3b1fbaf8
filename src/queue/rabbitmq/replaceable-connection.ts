import { randomInt } from 'node:crypto'
import type { Connection } from 'rabbitmq-client'
import { within } from '../../lib/deadline/deadline.ts'

/** A connection to RabbitMQ that can be replaced. */
export interface ReplaceableConnection {
  get(): Promise<Connection>
  /**
   * Waits for an answer. Without one, drops the connection and throws: after a partition of the cluster, a channel may never answer again,
   * not even to its closing, while other channels work. `get` then opens another connection, to the next node.
   */
  answer<Answer>(connection: Connection, answer: Promise<Answer>): Promise<Answer>
  /** Drops a connection without waiting for the broker. Its channels close. */
  drop(connection: Connection): void
  close(): Promise<void>
}

/** How long RabbitMQ may take to answer, in ms. */
const answerMs = 10_000
const closeMs = 3_000

/** `open` gets the number of the node to connect to first, which grows. Connections are spread over the nodes. */
export const createReplaceableConnection = (open: (node: number) => Promise<Connection>): ReplaceableConnection => {
  let current: Promise<Connection> | undefined
  let node = randomInt(1_000)
  let latest: Connection | undefined
  let isClosed = false
  const drop = (connection: Connection): void => {
    // Several channels may report the same connection.
    if (connection === latest) current = undefined
    connection.unsafeDestroy()
  }
  return {
    async get() {
      if (isClosed) throw new Error('closed')
      current ??= open(node++)
      latest = await current
      return latest
    },
    answer: (connection, answer) =>
      within(answerMs, answer, () => {
        drop(connection)
        throw new Error(`no answer within ${answerMs / 1000} s`)
      }),
    drop,
    async close() {
      isClosed = true
      const connection = await current
      if (!connection) return
      await within(closeMs, connection.close(), () => undefined).catch(() => undefined)
      connection.unsafeDestroy()
    },
  }
}
