import { setTimeout as sleep } from 'node:timers/promises'
import type { RawRecord } from '../../schema/record.ts'
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

/** Waits, or returns early if the signal aborts. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
