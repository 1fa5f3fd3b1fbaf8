import { originOf } from './job-origin.ts'
import { decodeJob, encodeJob } from './job-payload.ts'
import type { NewJob } from './jobs.ts'
import type { Topic } from './queue.ts'
import type { RecordJobs } from './record-jobs.ts'

/** Divides the items of a job into jobs of at most `size` items, in order. Throws if the payload is damaged. */
export const divideJob = (
  topic: Topic,
  payload: Uint8Array,
  size: number,
  records: Pick<RecordJobs, 'of'>,
): readonly NewJob[] => {
  if (topic === 'records') {
    return decodeJob(topic, payload).flatMap((waiting) =>
      ranges(waiting.count, size).flatMap(({ start, end }) => records.of(waiting.take(start, end))),
    )
  }
  const items = decodeJob(topic, payload)
  return ranges(items.length, size).map(({ start, end }) => {
    const part = items.slice(start, end)
    return { partition: 0, count: part.length, origin: originOf(part), ...encodeJob<typeof topic>(part) }
  })
}

const ranges = (count: number, size: number): readonly { readonly start: number; readonly end: number }[] =>
  Array.from({ length: Math.ceil(count / size) }, (_, index) => ({
    start: index * size,
    end: Math.min(count, (index + 1) * size),
  }))
