import type { Log } from './component.ts'
import { messageOf } from './errors.ts'

/** Something that the clock asks again and again. */
interface ScheduledJob {
  readonly name: string
  /** From the end of one run to the start of the next, in ms. */
  readonly every: number
  run(signal: AbortSignal): Promise<unknown>
}

/**
 * Runs each job every so often, never two runs of the same job at once, until the signal aborts. A run that fails is logged and
 * tried again at its next turn. Resolves when the last running job has ended.
 */
export const runSchedule = async (jobs: readonly ScheduledJob[], log: Log, signal: AbortSignal): Promise<void> => {
  await Promise.all(
    jobs.map(async ({ name, every, run }) => {
      while (await pause(every, signal)) {
        try {
          await run(signal)
        } catch (error) {
          if (!signal.aborted) log.error({ job: name, reason: messageOf(error) }, 'A scheduled job failed.')
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
