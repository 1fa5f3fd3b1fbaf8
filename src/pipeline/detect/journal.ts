import type { Detection } from '../../schema/detection.ts'
import type { Event } from '../../schema/event.ts'
import type { Detector } from './detector.ts'

/**
 * Lets a detector judge every event of a batch by all events before it, those of the same batch included, and still keep nothing until
 * it is told to learn: what changes is noted with the way back. `begin` takes back what was not committed.
 */
export interface Journal {
  /** Numbers the batch at hand, so that an owner knows whether it has noted its state already. */
  readonly batch: number
  begin(): void
  note(undo: () => void): void
  /** Has something done when the batch is committed, and not at all when it is taken back. */
  later(work: () => void): void
  commit(): void
}

export const createJournal = (): Journal => {
  let batch = 0
  let undos: (() => void)[] = []
  let works: (() => void)[] = []
  return {
    get batch() {
      return batch
    },
    begin() {
      for (let i = undos.length - 1; i >= 0; i--) undos[i]?.()
      undos = []
      works = []
      batch++
    },
    note: (undo) => {
      undos.push(undo)
    },
    later: (work) => {
      works.push(work)
    },
    commit() {
      for (const work of works) work()
      undos = []
      works = []
      batch++
    },
  }
}

/**
 * Makes a detector's two steps of its one pass over a batch: judging goes through it and takes it back at the next batch, learning
 * keeps what judging the same batch has changed.
 */
export const judgeThenLearn = (
  journal: Journal,
  pass: (events: readonly Event[]) => Detection[],
): Required<Pick<Detector, 'detect' | 'learn'>> => {
  let judged: readonly Event[] | undefined
  return {
    detect(events) {
      judged = events
      return pass(events)
    },
    learn(events) {
      if (judged !== events) pass(events)
      journal.commit()
      judged = undefined
    },
  }
}
