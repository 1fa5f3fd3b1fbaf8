import { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import type { Change } from '../change-feed.ts'

export interface WaitingChanges extends AsyncIterable<Change> {
  add(change: Change): void
  /** Says that there will be no more. */
  end(): void
}

/** Keeps changes until they are read. Who lets too many pile up finds an error where the rest would be. */
export const createWaitingChanges = (most: number): WaitingChanges => {
  const changes = new Readable({ objectMode: true, highWaterMark: most, read: () => undefined })
  // Nobody reads while they are told what they missed before, and an error that nobody hears of would end the process.
  changes.on('error', () => undefined)
  return {
    add(change) {
      if (!changes.push(change)) changes.destroy(tooSlow())
    },
    end: () => void changes.push(null),
    [Symbol.asyncIterator]: () => changes[Symbol.asyncIterator](),
  }
}

const tooSlow = (): AppError =>
  new AppError('UNAVAILABLE', 'More changed than this connection took.', {
    hint: 'Subscribe again, and list what came since.',
    retryable: true,
  })
