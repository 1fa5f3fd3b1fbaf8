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

/** Keeps what detectors have learnt: the newest state of each. */
export const createModelStore = ({ read, write }: StoreConnections): ModelStore => ({
  async save(rows, tx) {
    for (const row of rows) {
      // A process that lost its partition must not overwrite what the next one has learnt.
      await upsert(tx ?? write, 'models', [row], {
        key: ['name', 'partition'],
        where: sql`models.position <= excluded.position`,
      })
    }
  },

  load: (name, partition) =>
    read
      .selectFrom('models')
      .selectAll()
      .where('name', '=', name)
      .where('partition', '=', partition)
      .executeTakeFirst(),

  list: () =>
    read
      .selectFrom('models')
      .select(['name', 'partition', 'position', 'saved_at'])
      .orderBy('name')
      .orderBy('partition')
      .execute(),
})
