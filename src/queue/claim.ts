import type { JobHeader, Jobs } from './jobs.ts'
import type { Topic } from './queue.ts'

/** The maximum number of records or detections in a delivery of several jobs, and the maximum bytes before compression. */
const mostItems = 4096
const mostBytes = 8 * 1024 * 1024

/** Attempts per job. A job is alone in its last attempt, so that a job that cannot succeed fails without the others. */
export const mostAttempts = 5

/** The wait after a failed attempt, in ms: 1, 2, 4, 8 s. */
export const backOff = (attempt: number): number => 1000 * 2 ** (attempt - 1)

const longestBackOff = backOff(mostAttempts)

/**
 * How long the oldest item of a topic waits for more while records wait, in ms, so that what grows from these items is written once for
 * many batches of records.
 */
const gatherMs: Partial<Record<Topic, number>> = { facts: 3_000, detections: 3_000, alerts: 0 }
/** While records wait, a gathering topic may use this share of the time, so its deliveries grow as they become slower. */
const shareOfTime = 0.1
/** The longest rest of a topic, in ms. */
const longestRest = 30_000

/** How long a topic gathers after a delivery, in ms. */
export const restAfter = (topic: Topic, deliveryMs: number): number =>
  gatherMs[topic] === undefined ? 0 : Math.min(longestRest, deliveryMs / shareOfTime)

/**
 * Chooses the jobs of the next delivery of a topic. Jobs that failed together are retried together until their last attempt.
 * A partition of `records` is blocked while one of its jobs waits for a retry, because detectors need its records in order.
 *
 * @param rests whether a topic that gathers has used its share of the time
 * @param partitions the partitions to choose from, one for a delivery; without them, all partitions together
 */
export const claim = async (
  jobs: Jobs,
  topic: Topic,
  now: number,
  rests: boolean,
  partitions?: readonly number[],
): Promise<readonly JobHeader[]> => {
  const waiting = await jobs.waiting(topic, partitions)
  // A wait longer than the maximum means that the clock was set back.
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
  const [oldest] = chosen
  if (!oldest || chosen.length < ready.length) return chosen
  // A clock that was set back ends the wait.
  const gathers = rests || Math.abs(now - oldest.created_at) < (gatherMs[topic] ?? 0)
  return gathers && (await jobs.areReady('records')) ? [] : chosen
}

const ofOnePartition = (
  headers: readonly JobHeader[],
  partitions: readonly number[] | undefined,
): readonly JobHeader[] =>
  partitions ? headers.filter(({ partition }) => partition === headers[0]?.partition) : headers

/** The first jobs that fit into one delivery, at least one. */
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
