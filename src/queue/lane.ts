import type { Connections, Transaction } from '../store/database.ts'
import { createLease, type Lease } from './lease.ts'
import type { Consumer } from './queue.ts'
import { createSuspects, type Suspects } from './suspects.ts'

/** A topic, or one partition of it, that one process works at a time. */
export interface TopicLane<Item> {
  /** Undefined if the lane is the whole topic. */
  readonly partition: number | undefined
  readonly handle: Consumer<Item, Transaction>['handle']
  /** Acquires or renews the lease. Returns whether this process holds it. */
  hold(): Promise<boolean>
  /** Restores the memory of the handler, unless it is up to date. */
  prepare(): Promise<void>
  /** Prepares for a delivery. A failed one has taught the handler: the same one comes again without harm, any other needs the memory restored. */
  begin(delivery: string): Promise<void>
  /** Notes that the delivery has ended well, so that what it taught may be saved. */
  finish(): void
  readonly lease: Lease
  readonly suspects: Suspects
  /** Drops the memory of the handler, because another process has the lane. */
  drop(): void
  /** Saves the memory of the handler, then releases the lane. */
  end(): Promise<void>
}

/** Creates a lane. `name` is the name of its lease. */
export const createLane = <Item>(
  connections: Connections,
  name: string,
  { handle, memory }: Consumer<Item, Transaction>,
  partition?: number,
): TopicLane<Item> => {
  const lease = createLease(connections, name)
  const suspects = createSuspects()
  let isPrepared = false
  /** The delivery that has not ended well. */
  let unfinished: string | undefined
  const lane: TopicLane<Item> = {
    partition,
    handle,
    lease,
    suspects,
    async hold() {
      const held = await lease.hold()
      if (held !== 'held') isPrepared = false
      if (held === 'taken over') suspects.raise()
      return held !== undefined
    },
    async prepare() {
      // Another process may have had the lane during a long restoration.
      while (!isPrepared) {
        isPrepared = true
        try {
          await memory?.restore()
          unfinished = undefined
        } catch (error) {
          isPrepared = false
          throw error
        }
      }
    },
    async begin(delivery) {
      if (unfinished !== undefined && unfinished !== delivery) isPrepared = false
      await lane.prepare()
      await lease.use()
      unfinished = delivery
    },
    finish() {
      unfinished = undefined
    },
    drop: () => memory?.close?.(),
    async end() {
      try {
        // A failed delivery is retried: do not save what it taught before.
        if (memory && isPrepared && unfinished === undefined) {
          await connections.transaction(async (tx) => {
            await lease.fence()(tx)
            await memory.save(tx)
          })
        }
      } finally {
        lane.drop()
        await lease.release()
      }
    },
  }
  return lane
}
