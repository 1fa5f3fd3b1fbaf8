import type { Connections } from '../database.ts'
import type { BlockObjects } from './block-objects.ts'
import { readPayload } from './block-payload.ts'
import type { OpenBlock } from './event-block.ts'
import { blockSize, openBlock } from './event-block.ts'
import type { EventBlockRow } from './event-tables.ts'

/** Names a block as it was when it was listed; compaction may have joined it with others since. */
export interface BlockRef {
  readonly id: string
  readonly partition: number
  readonly first: number
  readonly last: number
}

/** A block, and the numbers of the requested events in it. */
export interface BlockPart {
  readonly block: OpenBlock
  readonly start: number
  readonly end: number
}

/** Opens blocks, keeps the last few open, and skips broken ones. */
export interface BlockCache {
  /** The events of a block, even after compaction moved them; empty if they expired or cannot be read. */
  open(ref: BlockRef): Promise<readonly BlockPart[]>
  /** Starts to read a block that will be opened soon; undefined if the database has all blocks. */
  readonly readAhead: ((ref: BlockRef) => void) | undefined
  /** Opens a block that was read already; undefined if it is broken. */
  openPayload(ref: BlockRef, payload: Uint8Array): OpenBlock | undefined
}

/** Called once for each block that cannot be read. */
export type ReportBroken = (id: string, error: unknown) => void

const mostOpen = 8
/** How many blocks are read ahead, of all searches together. */
const mostComing = 32
const columns = ['id', 'partition', 'first', 'last', 'payload', 'object_name'] as const
/** Marks a missing object: no block can be opened from it. */
const noBytes = new Uint8Array()

type LoadedBlock = Pick<EventBlockRow, 'id' | 'partition' | 'first' | 'last' | 'payload'>
/** Larger payloads are not kept open: a few of them would fill the memory. */
const largestKept = 1 << 20

export const createBlockCache = (
  read: Connections['read'],
  reportBroken: ReportBroken,
  objects?: BlockObjects,
): BlockCache => {
  const coming = new Map<string, Promise<readonly LoadedBlock[]>>()
  const opened = new Map<string, OpenBlock>()
  const broken = new Set<string>()
  const keyOf = (ref: BlockRef): string => `${ref.id}:${ref.last}`

  const openPayload = (ref: BlockRef, payload: Uint8Array): OpenBlock | undefined => {
    const key = keyOf(ref)
    try {
      const block = openBlock(payload)
      if (payload.length <= largestKept) opened.set(key, block)
      const [oldest] = opened.keys()
      if (opened.size > mostOpen && oldest !== undefined) opened.delete(oldest)
      return block
    } catch (error) {
      if (!broken.has(key)) reportBroken(ref.id, error)
      broken.add(key)
      return undefined
    }
  }

  const load = async (ref: BlockRef): Promise<readonly LoadedBlock[]> => {
    const rows = await read.selectFrom('event_blocks').select(columns).where('id', '=', ref.id).execute()
    const same = rows.find((row) => Number(row.last) === ref.last)
    if (!same) return loadAll(await readCovering(read, ref))
    const payload = await readPayload(same, objects)
    if (payload) return [{ ...same, payload }]
    // The block was joined or removed since its row was read, unless the row still exists.
    const now = await readCovering(read, ref)
    if (now.some(({ object_name }) => object_name === same.object_name)) return [{ ...same, payload: noBytes }]
    return loadAll(now)
  }

  const loadAll = (rows: Awaited<ReturnType<typeof readCovering>>): Promise<readonly LoadedBlock[]> =>
    Promise.all(rows.map(async (row) => ({ ...row, payload: (await readPayload(row, objects)) ?? noBytes })))

  const partOf = (ref: BlockRef, block: OpenBlock): BlockPart => ({
    block,
    start: Math.max(0, ref.first - block.first),
    end: Math.min(block.count, ref.last - block.first + 1),
  })

  return {
    openPayload,
    async open(ref) {
      const key = keyOf(ref)
      const kept = opened.get(key)
      if (kept) {
        // Move it to the end, where the most recently used ones are.
        opened.delete(key)
        opened.set(key, kept)
        return [partOf(ref, kept)]
      }
      if (broken.has(key)) return []
      const loading = coming.get(key) ?? load(ref)
      coming.delete(key)
      return (await loading).flatMap((row) => {
        const { id, partition, first, last } = row
        const now = { id, partition: Number(partition), first: Number(first), last: Number(last) }
        const block = openPayload(now, row.payload)
        return block ? [partOf(ref, block)] : []
      })
    },
    readAhead:
      objects &&
      ((ref) => {
        const key = keyOf(ref)
        if (opened.has(key) || coming.has(key) || broken.has(key)) return
        const loading = load(ref)
        // `open` handles the failure.
        loading.catch(() => {})
        coming.set(key, loading)
        const [oldest] = coming.keys()
        if (coming.size > mostComing && oldest !== undefined) coming.delete(oldest)
      }),
  }
}

/** Finds the blocks with the numbers of a missing one, which was joined with its neighbours. */
const readCovering = (read: Connections['read'], ref: BlockRef) =>
  read
    .selectFrom('event_blocks')
    .select(columns)
    .where('partition', '=', ref.partition)
    .where('first', '>', ref.first - blockSize)
    .where('first', '<=', ref.last)
    .where('last', '>=', ref.first)
    .execute()
