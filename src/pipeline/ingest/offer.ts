import { setTimeout as sleep } from 'node:timers/promises'
import type { RawRecord } from '../../schema/record.ts'
import type { Cursor, Emit } from './source.ts'

/** Offers records until they are taken, waiting longer each time (at most 5 s); false when the signal came first. */
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
      // whoever refused has counted and logged it
      await pause(wait, signal)
    }
  }
  return false
}

/** Waits, but not past the signal. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
