import type { Topic } from '../../queue/queue.ts'

/** The topics that pipeline threads deliver. Messages to people leave from the main thread. */
export const threadTopics: readonly Topic[] = ['records', 'facts', 'detections', 'alerts']

/** How long running deliveries may take when the program stops, in ms. */
export const drainMs = 8_000

/** The state that both threads share, besides the database. */
export interface SharedState {
  /** See `ChangeClock`. */
  readonly clock: SharedArrayBuffer
  /** The name of the bells. */
  readonly bells: string
}

/** Lists the partitions of an installation. */
export const partitionsOf = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
