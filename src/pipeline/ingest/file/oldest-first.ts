/** How many records of the first batch decide, and how many of them must have a time. */
const sampled = 64
const fewest = 8

interface Reading<Item> {
  readonly timeOf: (item: Item) => number | undefined
  readonly textOf: (item: Item) => string
  /** The maximum size of a text that is turned around, because all of it must be in memory. */
  readonly mostCharacters?: number
}

/**
 * Returns the records of a text oldest first. Exports of Splunk, Kibana, Graylog, CloudWatch and the Event Viewer begin with the newest, and
 * detectors read a sequence of events in the order of their times. A text that is too large keeps its order. If a stream pauses, what came
 * before is returned so, and the rest in its order.
 */
export async function* oldestFirst<Item>(
  batches: AsyncIterable<Item[] | 'pause' | 'silence'>,
  { timeOf, textOf, mostCharacters = 268_435_456 }: Reading<Item>,
): AsyncGenerator<Item[]> {
  let isFirst = true
  const kept: Item[][] = []
  let characters = 0
  for await (const batch of batches) {
    if (typeof batch === 'string') {
      for (const one of kept.splice(0).reverse()) yield one.reverse()
      isFirst = false
      continue
    }
    const isTurned = isFirst ? isNewestFirst(batch, { timeOf, textOf }) : kept.length > 0
    isFirst = false
    if (!isTurned) {
      yield batch
      continue
    }
    kept.push(batch)
    for (const item of batch) characters += textOf(item).length
    if (characters > mostCharacters) yield* kept.splice(0)
  }
  for (const batch of kept.reverse()) yield batch.reverse()
}

/** Whether the times of records go back, as far as a sample says. Requests that took long may be out of order. */
const isNewestFirst = <Item>(batch: readonly Item[], { timeOf, textOf }: Reading<Item>): boolean => {
  const [begin, end] = [batch[0], batch.at(-1)]
  if (batch.length < fewest || begin === undefined || end === undefined) return false
  if (isLater(textOf(end), textOf(begin))) return false
  const step = Math.max(1, Math.floor(batch.length / sampled))
  const times = batch
    .filter((_, at) => at % step === 0)
    .map(timeOf)
    .filter((time) => time !== undefined)
  const later = times.filter((time, at) => time > (times[at - 1] ?? time)).length
  return times.length >= fewest && later * 10 <= times.length && Number(times.at(-1)) < Number(times[0])
}

/** Whether a text clearly has a later time than another: both are the same up to within a date or the time behind it. Reads no other time. */
const isLater = (text: string, other: string): boolean => {
  let at = 0
  while (at < longestPrefix && text.charCodeAt(at) === other.charCodeAt(at)) at++
  return /\d/.test(other.charAt(at)) && text.charAt(at) > other.charAt(at) && inTime.test(text.slice(0, at))
}
const longestPrefix = 200
const inTime = /(?:\d{4}-\d?|[A-Z][a-z]{2} [ \d]\d )[-\d:T ]*$/
