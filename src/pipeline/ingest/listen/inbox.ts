import type { RawRecord } from '../../../schema/record/record.ts'
import { offer } from '../offer.ts'
import type { Emit } from '../source.ts'

const maxRecords = 4_096
const maxCharacters = 4 * 1_048_576
/** From here on, connections are not read, so that their senders wait. */
const fullAt = 8 * 1_048_576
/** From here on, datagrams are dropped, because their senders cannot wait. */
const overflowsAt = 2 * fullAt

/** Collects the records of a listener while earlier ones are being stored. */
export interface Inbox {
  add(records: readonly RawRecord[]): void
  /** Whether senders that can wait must wait. */
  readonly full: boolean
  /** Whether there is no room for a record whose sender cannot wait. */
  readonly overflows: boolean
  /** Resolves when the inbox is no longer full. */
  drained(): Promise<void>
  /** Emits the records in order until the signal aborts, and then once more what is left. Returns the number of records left over. */
  run(emit: Emit, signal: AbortSignal): Promise<number>
}

/** Creates an empty inbox. */
export const createInbox = (): Inbox => {
  let waiting: RawRecord[] = []
  let characters = 0
  let arrival = Promise.withResolvers<void>()
  let room = Promise.withResolvers<void>()

  const sizeOf = ({ text }: RawRecord) => text.length + 200
  const take = (): readonly RawRecord[] => {
    let count = 0
    let size = 0
    while (count < waiting.length && count < maxRecords && size < maxCharacters) {
      const record = waiting[count]
      size += record ? sizeOf(record) : 0
      count += 1
    }
    const taken = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return taken
  }
  const settle = (records: readonly RawRecord[]) => {
    for (const record of records) characters -= sizeOf(record)
    if (characters >= fullAt) return
    room.resolve()
    room = Promise.withResolvers()
  }

  return {
    add(records) {
      for (const record of records) {
        waiting.push(record)
        characters += sizeOf(record)
      }
      arrival.resolve()
    },
    get full() {
      return characters >= fullAt
    },
    get overflows() {
      return characters >= overflowsAt
    },
    drained: () => (characters < fullAt ? Promise.resolve() : room.promise),
    async run(emit, signal) {
      const wake = () => arrival.resolve()
      signal.addEventListener('abort', wake, { once: true })
      while (!signal.aborted) {
        if (waiting.length === 0) await arrival.promise
        arrival = Promise.withResolvers()
        const records = take()
        if (records.length === 0) continue
        if (await offer(emit, records, undefined, signal)) settle(records)
        else waiting = [...records, ...waiting]
      }
      signal.removeEventListener('abort', wake)
      // The senders believe that these arrived.
      while (waiting.length > 0) {
        const records = take()
        try {
          await emit(records)
        } catch {
          return records.length + waiting.length
        }
      }
      return 0
    },
  }
}
