import type { JobHeader, Jobs } from './jobs.ts'
import type { Topic } from './queue.ts'

/** How many records or detections a delivery of several jobs holds, and how many bytes before compression. */
const mostItems = 4096
const mostBytes = 8 * 1024 * 1024

/** Tries of a job in all. The last one is made alone, so that a job that cannot succeed takes no other with it. */
export const mostAttempts = 5

/** The wait after a failed attempt, in ms: 1, 2, 4, 8 s. */
export const backOff = (attempt: number): number => 1000 * 2 ** (attempt - 1)

const longestBackOff = backOff(mostAttempts)

/** How long facts and detections wait for more, in ms: what grows or is learnt from them is written once for many batches of records. */
const gatherMs = 3_000
const gathers: readonly Topic[] = ['facts', 'detections']

/**
 * Chooses the jobs of the next delivery of a topic. Jobs that failed together are retried together until their last attempt.
 * A partition of `records` is blocked while one of its jobs waits for a retry, because detectors need its records in order.
 *
 * @param partitions the partitions to choose from, one for a delivery; without them, all partitions together
 */
export const claim = async (
  jobs: Jobs,
  topic: Topic,
  now: number,
  partitions?: readonly number[],
): Promise<readonly JobHeader[]> => {
  const waiting = await jobs.waiting(topic, partitions)
  // A wait longer than any there can be means that the clock was set back.
  const isDue = (job: JobHeader) => job.run_at <= now || job.run_at > now + longestBackOff
  const blocked =
    topic === 'records' ? new Set(waiting.filter((job) => !isDue(job)).map((job) => job.partition)) : new Set<number>()

  const due = waiting.filter((job) => isDue(job) && !blocked.has(job.partition))
  const first = due[0]
  if (first) {
    if (first.attempts >= mostAttempts - 1) return [first]
    return ofOnePartition(
      due.filter((job) => job.attempts === first.attempts && job.run_at === first.run_at),
      partitions,
    )
  }
  const ready = ofOnePartition(await jobs.ready(topic, [...blocked], partitions), partitions)
  const chosen = together(ready)
  return gathers.includes(topic) && chosen.length === ready.length && (await isGathering(jobs, chosen, now))
    ? []
    : chosen
}

const ofOnePartition = (
  headers: readonly JobHeader[],
  partitions: readonly number[] | undefined,
): readonly JobHeader[] =>
  partitions ? headers.filter(({ partition }) => partition === headers[0]?.partition) : headers

/** Whether more may come soon, because records run or wait. A clock that was set back ends the wait. */
const isGathering = async (jobs: Jobs, [oldest]: readonly JobHeader[], now: number): Promise<boolean> =>
  oldest !== undefined && Math.abs(now - oldest.created_at) < gatherMs && (await jobs.areReady('records'))

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
