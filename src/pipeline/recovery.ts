import type { Log } from '../component.ts'
import type { Event } from '../schema/event/event.ts'
import { addPositions, type Checkpoint } from './checkpoint.ts'

/** The replay stops after so many events, so that the start does not take minutes. */
const mostReplayed = 500_000

interface RecoveryOptions<Tx> {
  readonly events: {
    partitions(): Promise<readonly number[]>
    replay(partition: number, after: number): AsyncIterable<readonly Event[]>
  }
  /** Whether the learners learn from a partition. */
  readonly covers: (partition: number) => boolean
  readonly checkpoint: Checkpoint<Tx>
  /** Teaches events to the learners again, without detections. */
  readonly learn: (events: readonly Event[]) => void
  readonly log: Log
}

/** Restores the saved state of the learners, then replays the events that were stored after it. */
export const recover = async <Tx>({ events, covers, checkpoint, learn, log }: RecoveryOptions<Tx>): Promise<void> => {
  checkpoint.forget()
  const positions = await checkpoint.restore()
  let replayed = 0
  for (const partition of (await events.partitions()).filter(covers)) {
    const newest = new Map<number, number>()
    for await (const batch of events.replay(partition, positions.get(partition) ?? -1)) {
      learn(batch)
      addPositions(newest, batch)
      replayed += batch.length
      if (replayed >= mostReplayed) {
        log.warn({ replayed }, 'There is more history than a start may replay. The rest is not learnt again.')
        break
      }
    }
    checkpoint.reached(newest)
    if (replayed >= mostReplayed) break
  }
  if (replayed > 0) log.info({ replayed }, 'Learnt again what was stored after the last saved state.')
}
