import type { Log } from '../component.ts'
import type { Event } from '../schema/event.ts'
import type { Checkpoint } from './checkpoint.ts'

/** The replay stops after so many events, so that the start does not take minutes. */
const mostReplayed = 500_000

interface RecoveryOptions<Tx> {
  readonly partition: number
  readonly events: { replay(partition: number, after: number): AsyncIterable<readonly Event[]> }
  readonly checkpoint: Checkpoint<Tx>
  /** Teaches events to the learners again, without detections. */
  readonly learn: (events: readonly Event[]) => void
  readonly log: Log
}

/** Restores the saved state of the learners, then replays the events that were stored after it. */
export const recover = async <Tx>(options: RecoveryOptions<Tx>): Promise<void> => {
  const { partition, events, checkpoint, learn, log } = options
  const position = await checkpoint.restore()
  let replayed = 0
  for await (const batch of events.replay(partition, position)) {
    learn(batch)
    checkpoint.reached(batch)
    replayed += batch.length
    if (replayed >= mostReplayed) {
      log.warn({ replayed }, 'There is more history than a start may replay; the rest is not learnt again.')
      break
    }
  }
  if (replayed > 0) log.info({ replayed }, 'Learnt again what was stored after the last saved state.')
}
