import { setImmediate } from 'node:timers/promises'
import type { Connections } from '../database.ts'
import type { BlockObjects } from './block-objects.ts'
import { readPayload } from './block-payload.ts'
import { blockSize, type OpenBlock } from './event-block.ts'
import type { BlockCache, BlockRef } from './event-block-cache.ts'
import { packEvents } from './event-packing.ts'

interface SmallBlock extends BlockRef {
  readonly count: number
}

/** Blocks of at least half the maximum size are not joined. */
const small = blockSize / 2
/** Blocks with fewer events are joined with any neighbour. */
const tiny = 256

/**
 * Joins small neighbouring blocks; returns how many were joined. A run is joined if the result is twice the size of its largest block, so
 * that no event is rewritten more than a dozen times, however often this is called. The sweep removes the objects of joined blocks later,
 * because a search or a backup may be about to read them.
 */
export const compactBlocks = async (
  connections: Connections,
  cache: BlockCache,
  objects: BlockObjects | undefined,
): Promise<number> => {
  const rows = await connections.read
    .selectFrom('event_blocks')
    .select(['id', 'partition', 'first', 'last', 'count'])
    .where('count', '<', small)
    .orderBy('partition')
    .orderBy('first')
    .execute()
  const blocks = rows.map(({ id, partition, first, last, count }) => ({
    id,
    partition: Number(partition),
    first: Number(first),
    last: Number(last),
    count: Number(count),
  }))
  let joined = 0
  for (const run of planRuns(blocks)) {
    joined += await join(connections, cache, run, objects)
    await setImmediate()
  }
  return joined
}

/** Chooses which neighbours to join: greedily from the oldest on, without those that would be rewritten for too little. */
export const planRuns = (blocks: readonly SmallBlock[]): readonly (readonly SmallBlock[])[] => {
  const runs: SmallBlock[][] = []
  let run: SmallBlock[] = []
  const close = (): void => {
    while (run.length > 1 && !isWorth(run)) run = run.slice(1)
    if (run.length > 1) runs.push(run)
    run = []
  }
  for (const block of blocks) {
    const before = run.at(-1)
    const fits = before && before.partition === block.partition && before.last + 1 === block.first
    if (!fits || sum(run) + block.count > blockSize) close()
    run.push(block)
  }
  close()
  return runs
}

const sum = (run: readonly SmallBlock[]): number => run.reduce((total, block) => total + block.count, 0)

const isWorth = (run: readonly SmallBlock[]): boolean => {
  const total = sum(run)
  return total <= tiny || total >= 2 * Math.max(...run.map((block) => block.count))
}

const join = async (
  { read, begin }: Connections,
  cache: BlockCache,
  run: readonly SmallBlock[],
  objects: BlockObjects | undefined,
): Promise<number> => {
  const ids = run.map((block) => block.id)
  const rows = await read
    .selectFrom('event_blocks')
    .select(['id', 'last', 'payload', 'object_name'])
    .where('id', 'in', ids)
    .execute()
  const opened: OpenBlock[] = []
  for (const block of run) {
    const row = rows.find(({ id, last }) => id === block.id && Number(last) === block.last)
    const payload = row && (await readPayload(row, objects))
    const one = payload && cache.openPayload(block, payload)
    // Another process joined them first, or one is broken: unreadable blocks are not rewritten.
    if (!one) return 0
    opened.push(one)
  }
  const events = opened.flatMap((block) => Array.from({ length: block.count }, (_, index) => block.event(index)))
  // Pack before removing: an in-memory database shows uncommitted changes, so a reader would see a gap.
  const packed = await packEvents(events, objects)
  if (packed.length >= run.length) return 0
  const { tx, commit, rollback } = await begin()
  try {
    const places = run.map(({ id, last }) => ({ id, last }))
    const gone = await tx
      .deleteFrom('event_blocks')
      .where((where) => where.or(places.map(({ id, last }) => where.and({ id, last }))))
      .executeTakeFirst()
    // Retention removed one meanwhile.
    if (Number(gone.numDeletedRows) < run.length) {
      await rollback()
      return 0
    }
    for (const { row } of packed) await tx.insertInto('event_blocks').values(row).execute()
    await commit()
  } catch (error) {
    await rollback()
    throw error
  }
  return run.length
}
