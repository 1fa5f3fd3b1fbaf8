import type { Log } from '../component.ts'
import type { Checkpoint } from '../pipeline/checkpoint.ts'
import type { Event } from '../schema/event.ts'
import type { Store } from '../store/store.ts'

/** More than this is not replayed: starting must not take minutes. */
const mostReplayed = 500_000

interface ReplayOptions<Tx> {
  readonly partition: number
  readonly events: Store['events']
  readonly checkpoint: Checkpoint<Tx>
  /** Shows events to the learners once more; what they detect is known already. */
  readonly learn: (events: readonly Event[]) => void
  readonly log: Log
}

/** Brings the learners back to where they were: the saved state, then the events that were stored after it. */
export const recover = async <Tx>(options: ReplayOptions<Tx>): Promise<void> => {
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
