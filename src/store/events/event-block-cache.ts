import type { Connections } from '../database.ts'
import type { OpenBlock } from './event-block.ts'
import { blockSize, openBlock } from './event-block.ts'

/** Names a block as it was when it was listed; compaction may have joined it with others since. */
export interface BlockRef {
  readonly id: string
  readonly partition: number
  readonly first: number
  readonly last: number
}

/** A block, and which of its events are meant. */
export interface BlockPart {
  readonly block: OpenBlock
  readonly start: number
  readonly end: number
}

/** Opens blocks, keeps the last few open, and steps over broken ones. */
export interface BlockCache {
  /** The events of a block, even after compaction moved them; empty if they expired or cannot be read. */
  open(ref: BlockRef): Promise<readonly BlockPart[]>
  /** Opens what was read already; undefined when it is broken. */
  openPayload(ref: BlockRef, payload: Uint8Array): OpenBlock | undefined
}

/** Called once for each block that cannot be read. */
export type ReportBroken = (id: string, error: unknown) => void

const mostOpen = 8
/** Larger payloads are not kept open: a few of them would take all the memory. */
const largestKept = 1 << 20

export const createBlockCache = (read: Connections['read'], reportBroken: ReportBroken): BlockCache => {
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
        // The last used goes to the end of the line.
        opened.delete(key)
        opened.set(key, kept)
        return [partOf(ref, kept)]
      }
      if (broken.has(key)) return []
      const rows = await read
        .selectFrom('event_blocks')
        .select(['id', 'partition', 'first', 'last', 'payload'])
        .where('id', '=', ref.id)
        .execute()
      const same = rows.find((row) => Number(row.last) === ref.last)
      const found = same ? [same] : await readCovering(read, ref)
      return found.flatMap((row) => {
        const { id, partition, first, last } = row
        const now = { id, partition: Number(partition), first: Number(first), last: Number(last) }
        const block = openPayload(now, row.payload)
        return block ? [partOf(ref, block)] : []
      })
    },
  }
}

/** Finds the blocks that hold the numbers of one that is gone: it was joined with its neighbours. */
const readCovering = (read: Connections['read'], ref: BlockRef) =>
  read
    .selectFrom('event_blocks')
    .select(['id', 'partition', 'first', 'last', 'payload'])
    .where('partition', '=', ref.partition)
    .where('first', '>', ref.first - blockSize)
    .where('first', '<=', ref.last)
    .where('last', '>=', ref.first)
    .execute()
