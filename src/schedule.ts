import type { Log } from './component.ts'
import { messageOf } from './errors.ts'

/** Something that the clock asks again and again. */
interface ScheduledJob {
  readonly name: string
  /** From the end of one run to the start of the next, in ms. */
  readonly every: number
  /** From the start of the program to the first run, in ms; as long as between runs unless it says otherwise. */
  readonly first?: number
  run(signal: AbortSignal): Promise<unknown>
}

/** How long a job that keeps failing rests at most, in ms, unless it runs less often anyway. */
const longestRest = 8_000

/**
 * Runs each job every so often, never two runs of the same job at once, until the signal aborts. A job that keeps failing runs less
 * and less often, and is logged when its reason changes. Resolves when the last running job has ended.
 */
export const runSchedule = async (jobs: readonly ScheduledJob[], log: Log, signal: AbortSignal): Promise<void> => {
  await Promise.all(
    jobs.map(async ({ name, every, first = every, run }) => {
      let rest = first
      let known: string | undefined
      while (await pause(rest, signal)) {
        try {
          await run(signal)
          if (known !== undefined) log.info({ job: name }, 'A scheduled job works again.')
          known = undefined
          rest = every
        } catch (error) {
          if (signal.aborted) return
          const reason = messageOf(error)
          if (reason !== known) log.error({ job: name, reason }, 'A scheduled job failed; it is tried again.')
          known = reason
          rest = Math.max(every, Math.min((known === undefined ? every : rest) * 2, longestRest))
        }
      }
    }),
  )
}

/** Waits; false when the signal ended the waiting. */
export const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((done) => {
    if (signal.aborted) {
      done(false)
      return
    }
    const stop = () => {
      clearTimeout(timer)
      done(false)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      done(true)
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
