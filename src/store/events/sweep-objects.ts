import type { Connections } from '../database.ts'
import type { BlockObjects } from './block-objects.ts'

const atOnce = 200

/**
 * Removes the objects that no row names and that are older than `grace`, in ms: those of deliveries that were not committed. Returns how many there
 * were. A younger object may belong to a transaction that is about to commit.
 */
export const sweepObjects = async (
  read: Connections['read'],
  objects: BlockObjects,
  grace: number,
  signal?: AbortSignal,
): Promise<number> => {
  let removed = 0
  const removeUnnamed = async (names: readonly string[]): Promise<void> => {
    // The name of an object begins with the ID of its block, which is the key of the table.
    const ids = names.flatMap((name) => blockOf(name) ?? [])
    const rows = await read.selectFrom('event_blocks').select('object_name').where('id', 'in', ids).execute()
    const named = new Set(rows.map(({ object_name }) => object_name))
    for (const name of names) {
      if (named.has(name) || blockOf(name) === undefined) continue
      await objects.remove(name)
      removed += 1
    }
  }
  let batch: string[] = []
  for await (const name of objects.list(grace)) {
    if (signal?.aborted) return removed
    batch.push(name)
    if (batch.length < atOnce) continue
    await removeUnnamed(batch)
    batch = []
  }
  if (batch.length > 0) await removeUnnamed(batch)
  return removed
}

/** The ID of the block that an object was written for; undefined for other objects. */
const blockOf = (name: string): string | undefined => {
  const match = /(\d+)\/(\d+)-[\da-f]{24}\.block$/.exec(name)
  return match ? `${match[1]}-${match[2]}` : undefined
}
