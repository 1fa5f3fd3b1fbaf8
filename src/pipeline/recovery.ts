import type { Log } from '../component.ts'
import { plural } from '../lib/units/number.ts'
import type { Event } from '../schema/event/event.ts'
import { parseEventId } from '../schema/record/record.ts'
import { addPositions, type Checkpoint, type Positions } from './checkpoint.ts'

/** The replay stops after so many events, so that the start does not take minutes. */
const mostReplayed = 500_000

interface PartitionSpan {
  readonly partition: number
  readonly first: number
  readonly last: number
}

interface RecoveryOptions<Tx> {
  readonly events: {
    /** The numbers of the first and the last stored event of each partition. */
    spans(): Promise<readonly PartitionSpan[]>
    replay(partition: number, after: number): AsyncIterable<readonly Event[]>
  }
  /** Whether the learners learn from a partition. */
  readonly covers: (partition: number) => boolean
  readonly checkpoint: Checkpoint<Tx>
  /** Teaches events to the learners again, without detections. */
  readonly learn: (events: readonly Event[]) => void
  readonly log: Log
  /** How many events to replay at most. */
  readonly limit?: number
}

/**
 * Restores the saved state of the learners, then replays the events that were stored after it; if there are too many, the newest, because
 * recent history shows best what is usual. Learners whose state cannot be read, as after an upgrade, first learn again from the newest
 * events that the state covered.
 */
export const recover = async <Tx>(options: RecoveryOptions<Tx>): Promise<void> => {
  const { events, covers, checkpoint, learn, log, limit = mostReplayed } = options
  checkpoint.forget()
  const { positions, unread } = await checkpoint.restore()
  if (unread.size > 0) {
    const relearnt = await replayCovered(options, positions)
    // The others have now learnt these events twice.
    await checkpoint.restore(unread)
    checkpoint.changed()
    log.info(
      { models: [...unread], replayed: relearnt },
      `Learnt ${plural(unread.size, 'model')} again from stored events.`,
    )
  }
  const waiting = (await events.spans())
    .filter(({ partition }) => covers(partition))
    .map(({ partition, first, last }) => ({
      partition,
      after: Math.max(first - 1, positions.get(partition) ?? -1),
      last,
    }))
    .filter(({ after, last }) => last > after)
  let [replayed, skipped] = [0, 0]
  for (const { partition, after, last } of waiting) {
    const newest = new Map<number, number>()
    const start = Math.max(after, last - Math.floor(limit / waiting.length))
    skipped += start - after
    for await (const batch of events.replay(partition, start)) {
      learn(batch)
      addPositions(newest, batch)
      replayed += batch.length
    }
    checkpoint.reached(newest)
  }
  if (skipped > 0)
    log.warn(
      { replayed, skipped },
      'There is more history than a start may replay. The oldest part is not learnt again.',
    )
  if (replayed > 0) log.info({ replayed }, 'Learnt again what was stored after the last saved state.')
}

/** Replays the newest events up to the saved positions, as many as a start may replay; returns how many there were. */
const replayCovered = async <Tx>(
  { events, covers, learn, limit = mostReplayed }: RecoveryOptions<Tx>,
  positions: Positions,
): Promise<number> => {
  const covered = [...positions].filter(([partition]) => covers(partition))
  let replayed = 0
  for (const [partition, position] of covered) {
    const after = Math.max(-1, position - Math.floor(limit / covered.length))
    for await (const batch of events.replay(partition, after)) {
      const known = batch.filter(({ id }) => (parseEventId(id)?.number ?? position) <= position)
      learn(known)
      replayed += known.length
      if (known.length < batch.length) break
    }
  }
  return replayed
}
