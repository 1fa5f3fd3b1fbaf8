import { setImmediate } from 'node:timers/promises'
import type { Connections, Transaction } from '../database.ts'
import { blockSize } from './event-block.ts'
import type { BlockCache, BlockRef } from './event-block-cache.ts'
import { packEvents } from './event-packing.ts'

interface SmallBlock extends BlockRef {
  readonly count: number
}

/** Blocks of at least half the greatest size are left alone. */
const small = blockSize / 2
/** So few events are joined whenever there are neighbours. */
const tiny = 256

/**
 * Joins small neighbouring blocks; returns how many were joined. A run is joined when that makes something twice the size of its
 * largest block, so that no event is written again more than a dozen times, however often this is called.
 */
export const compactBlocks = async (connections: Connections, cache: BlockCache): Promise<number> => {
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
    joined += await connections.transaction((tx) => join(tx, cache, run))
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

const join = async (tx: Transaction, cache: BlockCache, run: readonly SmallBlock[]): Promise<number> => {
  const ids = run.map((block) => block.id)
  const rows = await tx.selectFrom('event_blocks').select(['id', 'last', 'payload']).where('id', 'in', ids).execute()
  const payloads = new Map(rows.map((row) => [`${row.id}:${Number(row.last)}`, row.payload]))
  const opened = run.flatMap((block) => {
    const payload = payloads.get(`${block.id}:${block.last}`)
    return (payload && cache.openPayload(block, payload)) ?? []
  })
  // Somebody else joined them first, or one is broken: what cannot be read is not rewritten.
  if (opened.length !== run.length) return 0
  const events = opened.flatMap((block) => Array.from({ length: block.count }, (_, index) => block.event(index)))
  // Packed before anything goes: in memory, where reads see what a transaction has done so far, nobody may find a gap meanwhile.
  const packed = await packEvents(events)
  if (packed.length >= run.length) return 0
  await tx.deleteFrom('event_blocks').where('id', 'in', ids).execute()
  for (const { row } of packed) await tx.insertInto('event_blocks').values(row).execute()
  return run.length
}
