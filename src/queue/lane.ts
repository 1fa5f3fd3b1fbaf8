import type { Connections, Transaction } from '../store/database.ts'
import { createLease, type Lease } from './lease.ts'
import type { Consumer } from './queue.ts'

/** A topic, or one partition of it, that one process works at a time. */
export interface TopicLane<Item> {
  /** Undefined if the lane is the whole topic. */
  readonly partition: number | undefined
  readonly handle: Consumer<Item, Transaction>['handle']
  /** Whether every delivery so far has ended well, so that what it taught may be saved. */
  isWhole: boolean
  /** Acquires or renews the lease. Returns whether this process has it. */
  hold(): Promise<boolean>
  /** Restores the memory of the handler, unless it is up to date. */
  prepare(): Promise<void>
  readonly lease: Lease
  /** Drops the memory of the handler, because another process works the lane. */
  drop(): void
  /** Saves the memory of the handler, then lets another process have the lane. */
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
  let isPrepared = false
  const lane: TopicLane<Item> = {
    partition,
    handle,
    isWhole: true,
    lease,
    async hold() {
      const held = await lease.hold()
      if (held !== 'held') isPrepared = false
      return held !== undefined
    },
    async prepare() {
      if (isPrepared) return
      isPrepared = true
      try {
        await memory?.restore()
        lane.isWhole = true
      } catch (error) {
        isPrepared = false
        throw error
      }
    },
    drop: () => memory?.close?.(),
    async end() {
      try {
        // A delivery that failed comes again: what it has taught must not be saved before.
        if (memory && isPrepared && lane.isWhole) {
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
