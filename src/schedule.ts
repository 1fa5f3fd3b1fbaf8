import type { Log } from './component.ts'
import { messageOf } from './errors.ts'
import { pause } from './lib/deadline/deadline.ts'

/** A job that runs at intervals. */
export interface ScheduledJob {
  readonly name: string
  /** From the end of one run to the start of the next, in ms. */
  readonly every: number
  /** From the start of the program to the first run, in ms; the interval by default. */
  readonly first?: number
  run(signal: AbortSignal): Promise<unknown>
}

/** The longest back-off of a failing job, in ms, unless its interval is longer. */
const longestRest = 8_000

/**
 * Runs each job at its interval until the signal aborts, never two runs of one job at once. A job that keeps failing backs off,
 * and is logged when its reason changes. Resolves when the last running job has ended.
 */
export const runSchedule = async (jobs: readonly ScheduledJob[], log: Log, signal: AbortSignal): Promise<void> => {
  await Promise.all(
    jobs.map(async ({ name, every, first = every, run }) => {
      let rest = first
      let known: string | undefined
      while (await pause(rest, signal)) {
        try {
          await run(signal)
          if (known !== undefined) log.info({ job: name }, 'A scheduled job has recovered.')
          known = undefined
          rest = every
        } catch (error) {
          if (signal.aborted) return
          const reason = messageOf(error)
          if (reason !== known) log.error({ job: name, reason }, 'A scheduled job failed and will be retried.')
          known = reason
          rest = Math.max(every, Math.min((known === undefined ? every : rest) * 2, longestRest))
        }
      }
    }),
  )
}
