import { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import type { Change } from '../change-feed.ts'

export interface WaitingChanges extends AsyncIterable<Change> {
  add(change: Change): void
  /** Marks the end of the changes. */
  end(): void
}

/** Buffers changes until they are read. If the reader is too slow, the buffer is replaced by an error. */
export const createWaitingChanges = (most: number): WaitingChanges => {
  const changes = new Readable({ objectMode: true, highWaterMark: most, read: () => undefined })
  // The subscriber reads nothing here while it receives missed changes; an unhandled error would end the process.
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
