import type { Event } from '../schema/event/event.ts'
import { addPositions, type Positions } from './checkpoint.ts'
import type { Packer } from './stage.ts'

interface ParseHealth {
  readonly source: string
  readonly format: string
  readonly parsed: boolean
  readonly count: number
  readonly sample: string
  readonly last_seen_at: number
}

interface PackEventsOptions<Packed, Tx> {
  readonly events: {
    packing(): { add(events: readonly Event[]): void; finish(): Promise<Packed> }
    save(packed: Packed, tx: Tx): Promise<void>
  }
  readonly parseHealth: { add(counts: readonly ParseHealth[], tx: Tx): Promise<void> }
  /** How records were parsed since the last call. */
  readonly takeCounts: () => readonly (Omit<ParseHealth, 'last_seen_at'> & { readonly lastSeenAt: number })[]
  /** Takes the positions of the stored events. */
  readonly reached: (positions: Positions) => void
  /** Takes how many stored records were parsed, and how many were not. */
  readonly parsed: (parsed: number, failed: number) => void
}

/** Events that are ready to be stored as one block. */
export interface PackedEvents<Packed> {
  readonly packed: Packed
  readonly count: number
  readonly failed: number
  readonly newest: Positions
}

/** Creates the packer that stores events as one block, together with how their records were parsed. */
export const createPackEvents = <Packed, Tx>({
  events: blocks,
  parseHealth,
  takeCounts,
  reached,
  parsed,
}: PackEventsOptions<Packed, Tx>): Packer<Event, PackedEvents<Packed>, Tx> => ({
  begin() {
    const packing = blocks.packing()
    let failed = 0
    let count = 0
    const newest = new Map<number, number>()
    return {
      add(events) {
        packing.add(events)
        count += events.length
        addPositions(newest, events)
        for (const { kind } of events) if (kind === 'pipeline_error') failed += 1
      },
      finish: async () => ({ packed: await packing.finish(), count, failed, newest }),
    }
  },
  async save({ packed, count, failed, newest }, tx) {
    await blocks.save(packed, tx)
    await parseHealth.add(
      takeCounts().map(({ lastSeenAt, ...counted }) => ({ ...counted, last_seen_at: lastSeenAt })),
      tx,
    )
    reached(newest)
    parsed(count - failed, failed)
  },
})
