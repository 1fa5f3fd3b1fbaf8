import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { sql } from 'kysely'
import type { StoreConnections } from './connect.ts'
import type { Transaction } from './database.ts'
import { upsert } from './write-rows.ts'

/** The saved state of a detector or of the template miner. */
export interface ModelRow {
  readonly name: string
  readonly partition: number
  /** The number of the newest event it has learnt. */
  readonly position: number
  readonly saved_at: number
  readonly state: Uint8Array
}

export interface ModelStore {
  save(rows: readonly ModelRow[], tx?: Transaction): Promise<void>
  load(name: string, partition: number): Promise<ModelRow | undefined>
  list(): Promise<readonly Omit<ModelRow, 'state'>[]>
}

const zstdMagic = 0xfd2fb528
const compress = promisify(zstdCompress)
const unpack = promisify(zstdDecompress)

/** States saved by earlier versions are not compressed. */
const decompress = async (state: Uint8Array): Promise<Uint8Array> => {
  const bytes = Buffer.from(state.buffer, state.byteOffset, state.byteLength)
  return bytes.length >= 4 && bytes.readUInt32LE(0) === zstdMagic ? unpack(bytes) : state
}

/** Stores the learned state of detectors: the newest of each. */
export const createModelStore = ({ read, write }: StoreConnections): ModelStore => ({
  async save(rows, tx) {
    const packed = await Promise.all(rows.map(async (row) => ({ ...row, state: await compress(row.state) })))
    for (const row of packed) {
      // A process that lost its partition must not overwrite the state of the next owner.
      await upsert(tx ?? write, 'models', [row], {
        key: ['name', 'partition'],
        where: sql`models.position <= excluded.position`,
      })
    }
  },

  async load(name, partition) {
    const row = await read
      .selectFrom('models')
      .selectAll()
      .where('name', '=', name)
      .where('partition', '=', partition)
      .executeTakeFirst()
    return row && { ...row, state: await decompress(row.state) }
  },

  list: () =>
    read
      .selectFrom('models')
      .select(['name', 'partition', 'position', 'saved_at'])
      .orderBy('name')
      .orderBy('partition')
      .execute(),
})
