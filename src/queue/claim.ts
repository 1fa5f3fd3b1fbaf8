import type { JobHeader, Jobs } from './jobs.ts'
import type { Topic } from './queue.ts'

/** How many records a delivery of several jobs holds, and how many bytes before compression. */
const mostItems = 4096
const mostBytes = 8 * 1024 * 1024

/** Tries of a job in all. The last one is made alone, so that a job that cannot succeed takes no other with it. */
export const mostAttempts = 5

/** The wait after a failed attempt, in ms: 1, 2, 4, 8 s. */
export const backOff = (attempt: number): number => 1000 * 2 ** (attempt - 1)

const longestBackOff = backOff(mostAttempts)

/**
 * Chooses the jobs of the next delivery of a topic. Jobs that failed together are retried together until their last attempt.
 * A partition of `records` is blocked while one of its jobs waits for a retry, because detectors need its records in order.
 */
export const claim = async (jobs: Jobs, topic: Topic, now: number): Promise<readonly JobHeader[]> => {
  const waiting = await jobs.waiting(topic)
  // A wait longer than any there can be means that the clock was set back.
  const isDue = (job: JobHeader) => job.run_at <= now || job.run_at > now + longestBackOff
  const blocked =
    topic === 'records' ? new Set(waiting.filter((job) => !isDue(job)).map((job) => job.partition)) : new Set<number>()

  const due = waiting.filter((job) => isDue(job) && !blocked.has(job.partition))
  const first = due[0]
  if (first) {
    if (first.attempts >= mostAttempts - 1) return [first]
    return due.filter((job) => job.attempts === first.attempts && job.run_at === first.run_at)
  }
  return together(await jobs.ready(topic, [...blocked]))
}

/** The first jobs that fit into one delivery; at least one. */
const together = (headers: readonly JobHeader[]): readonly JobHeader[] => {
  let items = 0
  let bytes = 0
  const end = headers.findIndex((job, index) => {
    items += job.count
    bytes += job.size
    return index > 0 && (items > mostItems || bytes > mostBytes)
  })
  return end < 0 ? headers : headers.slice(0, end)
}
