import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { minute } from '../lib/units/time.ts'

/** Below this share of its time, a thread is idle; and below this share of one core, a process. */
const idleShare = 0.1
/** The shortest time between two collections, in ms, because each one stops its thread for a tenth of a second. */
const shortestGap = 5 * minute

/** How busy a thread and its process were since the last reading. */
interface Busy {
  /** The share of the time that the thread worked, from 0 to 1. */
  readonly thread: number
  /** The CPU time of all threads as a share of one core: 1.5 if one and a half cores were busy. */
  readonly process: number
}

/**
 * Creates a job that returns memory to the system once its thread has become idle. The heap grows while modules are loaded and while many
 * records arrive. V8 holds on to that memory until a full collection. While other threads work on a backlog, a collection would take a core
 * from them, and keep requests waiting for longer.
 */
export const createIdleMemory = (now: () => number, readBusy = createBusyReader(), collect = collectAll) => {
  let collectedAt = Number.NEGATIVE_INFINITY
  let isDue = true
  return {
    name: 'return memory',
    every: 2_000,
    async run(): Promise<void> {
      const busy = readBusy()
      if (busy.thread > idleShare) isDue = true
      else if (isDue && busy.process <= idleShare && Math.abs(now() - collectedAt) >= shortestGap) {
        isDue = false
        collectedAt = now()
        collect()
      }
    },
  }
}

const createBusyReader = (): (() => Busy) => {
  let last = performance.eventLoopUtilization()
  let [at, used] = [performance.now(), usedMs()]
  return () => {
    const current = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(current, last)
    const [before, usedBefore] = [at, used]
    last = current
    at = performance.now()
    used = usedMs()
    return { thread: utilization, process: (used - usedBefore) / (at - before) }
  }
}

/** The CPU time that the process has used, in ms. */
const usedMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const collectAll = (): void => {
  setFlagsFromString('--expose-gc')
  runInNewContext("gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })")
}
