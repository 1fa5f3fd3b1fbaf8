import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { minute } from '../lib/units/time.ts'

/** Below this share of its time, a thread is idle. */
const idleShare = 0.1
/** The shortest time between two collections, in ms, because each one stops its thread for a tenth of a second. */
const shortestGap = 5 * minute

/**
 * Creates a job that returns memory to the system once its thread has become idle. The heap grows while modules are loaded and while many
 * records arrive. V8 holds on to that memory until a full collection.
 *
 * @param busyShare returns how much of the time since its last call the thread was busy, from 0 to 1
 */
export const createIdleMemory = (now: () => number, busyShare = createBusyShare(), collect = collectAll) => {
  let collectedAt = Number.NEGATIVE_INFINITY
  let isDue = true
  return {
    name: 'return memory',
    every: 2_000,
    async run(): Promise<void> {
      if (busyShare() > idleShare) isDue = true
      else if (isDue && Math.abs(now() - collectedAt) >= shortestGap) {
        isDue = false
        collectedAt = now()
        collect()
      }
    },
  }
}

const createBusyShare = (): (() => number) => {
  let last = performance.eventLoopUtilization()
  return () => {
    const current = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(current, last)
    last = current
    return utilization
  }
}

const collectAll = (): void => {
  setFlagsFromString('--expose-gc')
  runInNewContext("gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })")
}
