import { z } from 'zod'
import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import type { Event } from '../schema/event/event.ts'
import { parseEventId } from '../schema/record/record.ts'
import type { Stage } from './stage.ts'

/** Something that learns from events: the template miner, a detector. */
export interface Learner {
  readonly name: string
  save(): Uint8Array
  restore(state: Uint8Array): void
}

/** Those that remember something, of detectors. */
export const learnersOf = (detectors: readonly (Pick<Learner, 'name'> & Partial<Learner>)[]): readonly Learner[] =>
  detectors.flatMap(({ name, save, restore }) => (save && restore ? [{ name, save, restore }] : []))

/** The number of the newest event of each partition. */
export type Positions = ReadonlyMap<number, number>

/** Adds the positions of events, which may be of several partitions. */
export const addPositions = (positions: Map<number, number>, events: readonly Event[]): void => {
  for (const { id } of events) {
    const place = parseEventId(id)
    if (place && place.number > (positions.get(place.partition) ?? -1)) positions.set(place.partition, place.number)
  }
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
  readonly learners: readonly Learner[]
  /** The partition that they learn from. */
  readonly partition: number
  readonly models: Models<Tx>
  /** The shortest interval between saves, in ms, or 0 to save with each delivery; the events since are replayed after a crash. */
  readonly interval: number
  readonly now: () => number
  readonly log: Log
}

/** The result of a restore. */
interface Restored {
  /** The positions that the saved states cover; none if nothing was saved. */
  readonly positions: Positions
  /** The learners whose state could not be read, as after an upgrade that changed its form. They know nothing. */
  readonly unread: ReadonlySet<string>
}

export interface Checkpoint<Tx> {
  /** Records the positions of the learners. */
  reached(positions: Positions): void
  /** Notes that the learners have learnt something, even if no position is higher. */
  changed(): void
  /** Saves regularly, in the transaction of the last learned batch, so that state and events stay consistent. */
  readonly stage: <Item>(
    items: readonly Item[],
    delivery: Parameters<Stage<Item, Item, Tx>>[1],
  ) => Promise<readonly Item[]>
  /** Restores what was last saved by any process; leaves the learners of `except` as they are. */
  restore(except?: ReadonlySet<string>): Promise<Restored>
  /** Resets the learners to the state that they were created with. */
  forget(): void
  /** Saves now. Called on shutdown. */
  save(tx?: Tx): Promise<void>
}

/** Saves may take this share of the time: large states are saved less often. */
const shareOfTime = 0.02
/** The longest interval between saves while events arrive, in ms. */
const longestRest = 300_000

const positionsName = 'positions'
const savedPositions = z.array(z.tuple([z.int(), z.int()]))

/** Saves the state of the learners across restarts, and for the next process that delivers records. */
export const createCheckpoint = <Tx>({
  learners,
  partition,
  models,
  interval,
  now,
  log,
}: CheckpointOptions<Tx>): Checkpoint<Tx> => {
  const positions = new Map<number, number>()
  const fresh = learners.map((learner) => ({ learner, state: learner.save() }))
  let isSaved = true
  let savedAt = now()
  let rest = 0

  const save = async (tx?: Tx): Promise<void> => {
    if (isSaved) return
    const entries = [...positions]
    const saved = {
      partition,
      // The number of events learnt: a later state has a higher one.
      position: entries.reduce((sum, [, number]) => sum + number + 1, 0),
      saved_at: now(),
    }
    isSaved = true
    const began = performance.now()
    try {
      await models.save(
        [
          ...learners.map((learner) => ({ ...saved, name: learner.name, state: learner.save() })),
          { ...saved, name: positionsName, state: Buffer.from(JSON.stringify(entries)) },
        ],
        tx,
      )
    } catch (error) {
      isSaved = false
      throw error
    }
    savedAt = saved.saved_at
    rest = interval === 0 ? 0 : Math.min(longestRest, (performance.now() - began) / shareOfTime)
  }

  const readPositions = async (): Promise<Positions> => {
    const saved = await models.load(positionsName, partition)
    return new Map(saved && savedPositions.parse(JSON.parse(Buffer.from(saved.state).toString())))
  }

  return {
    reached(newest) {
      for (const [of, number] of newest) {
        if (number <= (positions.get(of) ?? -1)) continue
        positions.set(of, number)
        isSaved = false
      }
    },
    changed() {
      isSaved = false
    },
    async stage(items, delivery) {
      if (!isSaved && now() - savedAt >= Math.max(interval, rest)) await save(await delivery.transaction())
      return items
    },
    async restore(except = new Set()) {
      positions.clear()
      for (const [of, number] of await readPositions()) positions.set(of, number)
      isSaved = true
      const unread = new Set<string>()
      if (positions.size === 0) return { positions: new Map(), unread }
      for (const { learner, state } of fresh) {
        if (except.has(learner.name)) continue
        const model = await models.load(learner.name, partition)
        if (!model) continue
        try {
          learner.restore(model.state)
        } catch (error) {
          log.warn({ model: learner.name, reason: messageOf(error) }, 'A saved state could not be read.')
          learner.restore(state)
          unread.add(learner.name)
        }
      }
      return { positions: new Map(positions), unread }
    },
    forget() {
      for (const { learner, state } of fresh) learner.restore(state)
      isSaved = true
    },
    save,
  }
}
