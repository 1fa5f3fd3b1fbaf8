import { pause } from '../../lib/deadline/deadline.ts'
import type { RawRecord } from '../../schema/record/record.ts'
import type { Cursor, Emit } from './source.ts'

/** Emits records until they are accepted, with growing delays of at most 5 s. Returns false if the signal aborts first. */
export const offer = async (
  emit: Emit,
  records: readonly RawRecord[],
  cursor: Cursor | undefined,
  signal: AbortSignal,
  keys?: readonly string[],
): Promise<boolean> => {
  for (let wait = 100; !signal.aborted; wait = Math.min(wait * 2, 5_000)) {
    try {
      await emit(records, cursor, keys)
      return true
    } catch {
      // The intake has counted and logged the error.
      await pause(wait, signal)
    }
  }
  return false
}
