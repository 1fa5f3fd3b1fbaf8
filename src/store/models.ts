import type { StoreConnections } from './connect.ts'
import type { ModelStore } from './store.ts'

/** Keeps what detectors have learnt: the newest state of each. */
export const createModelStore = ({ read, write }: StoreConnections): ModelStore => ({
  async save(rows, tx) {
    for (const { name, partition, ...values } of rows) {
      await (tx ?? write)
        .insertInto('models')
        .values({ name, partition, ...values })
        .onConflict((conflict) => conflict.columns(['name', 'partition']).doUpdateSet(values))
        .execute()
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
