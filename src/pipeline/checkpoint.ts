import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import type { Event } from '../schema/event.ts'
import { parseEventId } from '../schema/record.ts'
import type { Stage } from './stage.ts'

/** Something that learns from events: the template miner, a detector. */
export interface Learner {
  readonly name: string
  save(): Uint8Array
  restore(state: Uint8Array): void
}

interface SavedModel {
  readonly name: string
  readonly partition: number
  readonly position: number
  readonly saved_at: number
  readonly state: Uint8Array
}

interface Models<Tx> {
  save(models: readonly SavedModel[], tx?: Tx): Promise<void>
  load(name: string, partition: number): Promise<SavedModel | undefined>
}

interface CheckpointOptions<Tx> {
  readonly partition: number
  readonly learners: readonly Learner[]
  readonly models: Models<Tx>
  /** How often a state is saved at most, in ms: what a crash makes us replay. */
  readonly interval: number
  readonly now: () => number
  readonly log: Log
}

export interface Checkpoint<Tx> {
  /** Notes how far the learners have come. */
  reached(events: readonly Event[]): void
  /** Saves every so often, in the transaction of the batch that was learnt last: state and events cannot drift apart. */
  readonly stage: <Item>(
    items: readonly Item[],
    delivery: Parameters<Stage<Item, Item, Tx>>[1],
  ) => Promise<readonly Item[]>
  /** Restores what was saved; returns the number of the newest event it covers, −1 when there was nothing. */
  restore(): Promise<number>
  /** Puts the learners back to what they were when this was made: nothing of what they learnt since is kept. */
  forget(): void
  /** Saves now; what the end of the program calls. */
  save(tx?: Tx): Promise<void>
}

/** Keeps what the learners know across restarts. */
export const createCheckpoint = <Tx>(options: CheckpointOptions<Tx>): Checkpoint<Tx> => {
  const { partition, learners, models, interval, now, log } = options
  let position = -1
  let saved = -1
  let savedAt = now()
  const fresh = learners.map((learner) => ({ learner, state: learner.save() }))

  const save = async (tx?: Tx): Promise<void> => {
    if (position === saved) return
    const moment = now()
    const upTo = position
    await models.save(
      learners.map((learner) => ({
        name: learner.name,
        partition,
        position: upTo,
        saved_at: moment,
        state: learner.save(),
      })),
      tx,
    )
    saved = upTo
    savedAt = moment
  }

  return {
    reached(events) {
      const last = events.at(-1)
      const id = last && parseEventId(last.id)
      if (id && id.number > position) position = id.number
    },
    async stage(items, delivery) {
      if (now() - savedAt >= interval && position !== saved) await save(await delivery.transaction())
      return items
    },
    async restore() {
      const restored: number[] = []
      for (const learner of learners) {
        const model = await models.load(learner.name, partition)
        if (!model) continue
        try {
          learner.restore(model.state)
          restored.push(model.position)
        } catch (error) {
          log.warn(
            { model: learner.name, reason: messageOf(error) },
            'A saved state could not be read; this one starts learning anew.',
          )
        }
      }
      position = saved = restored.length > 0 ? Math.min(...restored) : -1
      return position
    },
    forget() {
      for (const { learner, state } of fresh) learner.restore(state)
      saved = position
    },
    save,
  }
}
