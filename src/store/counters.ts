import type { Transaction } from './database.ts'

/**
 * Takes the next `count` numbers of a counter, from 1; returns the first. The numbers become final with the transaction: there are no gaps,
 * and a second caller waits for the first.
 */
export const nextNumbers = async (tx: Transaction, name: string, count = 1): Promise<number> => {
  const { value } = await tx
    .insertInto('counters')
    .values({ name, value: count })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((row) => ({ value: row('counters.value', '+', count) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  return value - count + 1
}
