import { openAmqp } from '../../lib/amqp/amqp.ts'
import { within } from '../../lib/deadline/deadline.ts'

const longestMs = 5_000

/** Connects to a broker once. Returns why that did not work; undefined if it did. Changes nothing. */
export const checkBroker = async (url: string): Promise<string | undefined> => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const connection = await openAmqp(url, { connected: () => resolve(undefined), lost: resolve })
  try {
    return await within(longestMs, promise, () => `no answer within ${longestMs / 1000} s`)
  } finally {
    connection.unsafeDestroy()
  }
}
