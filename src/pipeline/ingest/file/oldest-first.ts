import type { RawRecord } from '../../../schema/record/record.ts'

/** The maximum size of a file that is turned around, because all of it must be in memory. */
const mostCharacters = 268_435_456
/** How many records of the first batch decide, and how many of them must have a time. */
const sampled = 64
const fewest = 8

/**
 * Returns the records of a file oldest first. Exports of Splunk, Kibana, Graylog, CloudWatch and the Event Viewer begin with the newest, and
 * detectors read a sequence of events in the order of their times. A file that is too large keeps its order.
 */
export async function* oldestFirst(
  batches: AsyncIterable<RawRecord[]>,
  timeOf: (record: RawRecord) => number | undefined,
): AsyncGenerator<RawRecord[]> {
  let isFirst = true
  const kept: RawRecord[][] = []
  let characters = 0
  for await (const batch of batches) {
    const isTurned = isFirst ? isNewestFirst(batch, timeOf) : kept.length > 0
    isFirst = false
    if (!isTurned) {
      yield batch
      continue
    }
    kept.push(batch)
    for (const { text } of batch) characters += text.length
    if (characters > mostCharacters) yield* kept.splice(0)
  }
  for (const batch of kept.reverse()) yield batch.reverse()
}

/** Whether the times of records go back, as far as a sample says. Requests that took long may be out of order. */
const isNewestFirst = (batch: readonly RawRecord[], timeOf: (record: RawRecord) => number | undefined): boolean => {
  const step = Math.max(1, Math.floor(batch.length / sampled))
  let count = 0
  let later = 0
  let first: number | undefined
  let last: number | undefined
  for (let at = 0; at < batch.length; at += step) {
    const record = batch[at]
    const time = record && timeOf(record)
    if (time === undefined) continue
    if (last !== undefined && time > last) later++
    first ??= time
    last = time
    count++
  }
  return count >= fewest && later * 10 <= count && first !== undefined && last !== undefined && last < first
}
