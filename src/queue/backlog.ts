import { AppError } from '../errors.ts'
import type { Transaction } from '../store/database.ts'
import type { Jobs } from './jobs.ts'
import type { Topic } from './queue.ts'

interface BacklogOptions {
  readonly jobs: Jobs
  readonly maxRecords: number
  readonly maxBytes: number
  readonly now: () => number
  /** Returns the reason that deliveries cannot be written. */
  readonly problems: () => Promise<readonly string[]>
}

interface Amount {
  readonly count: number
  readonly bytes: number
}

/** Tracks how much waits in each topic without a query each time, and refuses to exceed the limits. */
export interface Backlog {
  /** Adds items that are being published; throws QUEUE_FULL, or UNAVAILABLE if deliveries cannot be written. */
  add(topic: Topic, amount: Amount, tx: Transaction): Promise<void>
  take(topic: Topic, amount: Amount): void
  put(topic: Topic, amount: Amount): void
}

/**
 * Counts as jobs are added and end. Before it refuses, it counts the table again, at most once a second: a rolled-back transaction has been
 * counted, and the jobs of other processes have not. Each topic has its own limit, so that a backlog of records cannot stop its own worker
 * from publishing alerts.
 */
export const createBacklog = ({ jobs, maxRecords, maxBytes, now, problems }: BacklogOptions): Backlog => {
  const amounts = new Map<Topic, Amount>()
  let countedAt: number | undefined

  const recount = async (tx: Transaction) => {
    countedAt = now()
    amounts.clear()
    for (const { topic, state, count, bytes } of await jobs.totals([], tx)) {
      if (state !== 'dead') change(topic, { count, bytes }, 1)
    }
  }
  const change = (topic: Topic, { count, bytes }: Amount, sign: 1 | -1) => {
    const known = amounts.get(topic) ?? { count: 0, bytes: 0 }
    amounts.set(topic, { count: known.count + sign * count, bytes: known.bytes + sign * bytes })
  }
  const fits = (topic: Topic, { count, bytes }: Amount): boolean => {
    const known = amounts.get(topic) ?? { count: 0, bytes: 0 }
    return known.count + count <= maxRecords && known.bytes + bytes <= maxBytes
  }

  return {
    async add(topic, amount, tx) {
      if (countedAt === undefined) await recount(tx)
      if (!fits(topic, amount) && Math.abs(now() - (countedAt ?? 0)) >= 1000) await recount(tx)
      if (!fits(topic, amount)) {
        const waiting = amounts.get(topic)?.count ?? 0
        const reasons = await problems()
        if (reasons.length > 0)
          throw new AppError(
            'UNAVAILABLE',
            `${waiting} ${topic} wait already, and cannot be stored. ${reasons.join(' ')}`,
            {
              hint: 'Send them again later. The records that wait are stored once this is repaired.',
              retryable: true,
              retryAfter: 30,
            },
          )
        throw new AppError('QUEUE_FULL', `${waiting} ${topic} wait already; ${amount.count} more are too many.`, {
          hint: 'Send them again later; if this lasts, send less, or give the server more processors.',
          retryable: true,
          retryAfter: 5,
        })
      }
      change(topic, amount, 1)
    },
    take: (topic, amount) => change(topic, amount, -1),
    put: (topic, amount) => change(topic, amount, 1),
  }
}
