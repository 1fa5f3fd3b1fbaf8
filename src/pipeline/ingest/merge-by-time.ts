import { hour } from '../../lib/units/time.ts'

/** Batches in order of time, and the approximate time of the first one. */
export interface TimedBatches<Item> {
  readonly time: number | undefined
  readonly batches: AsyncIterable<readonly Item[]>
}

/** The maximum number of open sequences. The others wait, even if they begin earlier. */
const maxOpen = 64
/**
 * How far a batch may reach beyond the first time of another sequence. A thousand lines of a quiet log last for days: read at once, they
 * would let every other log of the same machines seem silent, and separate the steps of an attack.
 */
const longestLead = hour

interface Open<Item> {
  readonly iterator: AsyncIterator<readonly Item[]>
  readonly batch: readonly Item[]
  readonly time: number
}

/**
 * Merges sequences of batches by the first time in each batch. Opens a sequence only when its time has come. Sequences without a time come
 * first. Cuts batches that reach further than `longestLead` beyond the next one. O(open sequences) per batch. Exact between batches, but not
 * within them.
 */
export async function* mergeByTime<Item>(
  sequences: readonly TimedBatches<Item>[],
  timeOf: (item: Item) => number | undefined,
): AsyncGenerator<readonly Item[]> {
  const waiting = [...sequences].sort(
    (a, b) => (a.time ?? Number.NEGATIVE_INFINITY) - (b.time ?? Number.NEGATIVE_INFINITY),
  )
  const open: Open<Item>[] = []
  const advance = async (iterator: AsyncIterator<readonly Item[]>, before: number) => {
    const next = await iterator.next()
    if (!next.done) open.push({ iterator, batch: next.value, time: timeOfBatch(next.value, timeOf) ?? before })
  }
  try {
    for (;;) {
      const earliest = open.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY)
      const next = waiting[0]
      const begins = next?.time ?? Number.NEGATIVE_INFINITY
      if (next && open.length < maxOpen && begins <= earliest) {
        waiting.shift()
        await advance(next.batches[Symbol.asyncIterator](), begins)
        continue
      }
      const at = open.findIndex(({ time }) => time === earliest)
      const [chosen] = at < 0 ? [] : open.splice(at, 1)
      if (!chosen) return
      const others = open.reduce((least, { time }) => Math.min(least, time), next?.time ?? Number.POSITIVE_INFINITY)
      const size = sizeUntil(chosen.batch, Math.max(others, chosen.time) + longestLead, timeOf)
      const rest = chosen.batch.slice(size)
      yield size < chosen.batch.length ? chosen.batch.slice(0, size) : chosen.batch
      if (rest.length > 0) open.push({ ...chosen, batch: rest, time: timeOfBatch(rest, timeOf) ?? chosen.time })
      else await advance(chosen.iterator, chosen.time)
    }
  } finally {
    for (const { iterator } of open) await iterator.return?.()
  }
}

/** How many items of a batch, which are about in order, come before a time. At least one. O(log items). */
const sizeUntil = <Item>(batch: readonly Item[], until: number, timeOf: (item: Item) => number | undefined): number => {
  const last = batch.at(-1)
  if (until === Number.POSITIVE_INFINITY || last === undefined || !isAfter(timeOf(last), until)) return batch.length
  let [from, to] = [0, batch.length - 1]
  while (to - from > 1) {
    const middle = (from + to) >> 1
    const item = batch[middle]
    if (item !== undefined && isAfter(timeOf(item), until)) to = middle
    else from = middle
  }
  return Math.max(1, to)
}

const isAfter = (time: number | undefined, until: number): boolean => time !== undefined && time > until

const timeOfBatch = <Item>(batch: readonly Item[], timeOf: (item: Item) => number | undefined): number | undefined => {
  for (const item of batch.slice(0, 20)) {
    const time = timeOf(item)
    if (time !== undefined) return time
  }
  return undefined
}

/** Merges the sequences of each group item by item, into one sequence. Those without a group stay as they are. */
export const mergeGroups = <Item, Sequence extends TimedBatches<Item>>(
  sequences: readonly Sequence[],
  groupOf: (sequence: Sequence) => string | undefined,
  { timeOf, size }: { readonly timeOf: (item: Item) => number | undefined; readonly size: number },
): readonly TimedBatches<Item>[] => {
  const groups = Map.groupBy(sequences, groupOf)
  return [...groups].flatMap(([group, members]): readonly TimedBatches<Item>[] => {
    if (group === undefined || members.length < 2) return members
    const times = members.flatMap(({ time }) => (time === undefined ? [] : [time]))
    const items = members.map(({ time, batches }) => ({ time, batches: oneByOne(batches) }))
    return [
      { time: times.length > 0 ? Math.min(...times) : undefined, batches: rebatch(mergeByTime(items, timeOf), size) },
    ]
  })
}

async function* oneByOne<Item>(batches: AsyncIterable<readonly Item[]>): AsyncGenerator<readonly Item[]> {
  for await (const batch of batches) for (const item of batch) yield [item]
}

async function* rebatch<Item>(batches: AsyncIterable<readonly Item[]>, size: number): AsyncGenerator<readonly Item[]> {
  let held: Item[] = []
  for await (const batch of batches) {
    held.push(...batch)
    if (held.length < size) continue
    yield held
    held = []
  }
  if (held.length > 0) yield held
}
