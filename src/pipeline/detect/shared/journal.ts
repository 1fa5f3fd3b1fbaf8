import type { Detection } from '../../../schema/detection.ts'
import type { Event } from '../../../schema/event.ts'
import type { Detector } from '../detector.ts'

/**
 * Lets a detector judge every event of a batch by all events before it, those of the same batch included, and still keep nothing until
 * it is told to learn: what changes is noted with the way back. `begin` takes back what was not committed.
 */
export interface Journal {
  /** Numbers the batch at hand. */
  readonly batch: number
  /** Begins a batch; `keeping` when it is sure to be committed, so that nobody need take notes of it. */
  begin(keeping?: boolean): void
  /** Whether an owner has yet to note its state, before the batch changes it. Says so once a batch. */
  asks(owner: { noted: number }): boolean
  note(undo: () => void): void
  /** Has something done when the batch is committed, and not at all when it is taken back. */
  later(work: () => void): void
  commit(): void
}

export const createJournal = (): Journal => {
  let batch = 0
  let isKeeping = false
  let undos: (() => void)[] = []
  let works: (() => void)[] = []
  return {
    get batch() {
      return batch
    },
    begin(keeping = false) {
      for (let i = undos.length - 1; i >= 0; i--) undos[i]?.()
      undos = []
      works = []
      isKeeping = keeping
      batch++
    },
    asks(owner) {
      if (isKeeping || owner.noted === batch) return false
      owner.noted = batch
      return true
    },
    note: (undo) => {
      if (!isKeeping) undos.push(undo)
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
 * Makes a detector's steps of its one pass over a batch: judging goes through it and takes it back at the next batch, learning keeps
 * what judging the same batch has changed.
 */
export const judgeThenLearn = (
  journal: Journal,
  pass: (events: readonly Event[]) => Detection[],
): Required<Pick<Detector, 'detect' | 'learn' | 'detectAndLearn'>> => {
  let judged: readonly Event[] | undefined
  const detect = (events: readonly Event[]): Detection[] => {
    judged = events
    journal.begin()
    return pass(events)
  }
  return {
    detect,
    learn(events) {
      if (judged !== events) detect(events)
      journal.commit()
      judged = undefined
    },
    detectAndLearn(events) {
      judged = undefined
      journal.begin(true)
      try {
        return pass(events)
      } finally {
        journal.commit()
      }
    },
  }
}
