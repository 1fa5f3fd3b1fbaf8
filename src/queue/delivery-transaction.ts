import { AppError } from '../errors.ts'
import type { Connections, OpenTransaction, Transaction } from '../store/database.ts'

/** The transaction of one delivery: opened at the first use, ended once. */
export interface DeliveryTransaction {
  open(): Promise<Transaction>
  commit(): Promise<void>
  /** Undoes all changes. A later `open` fails. */
  rollback(): Promise<void>
}

/**
 * Prepares a transaction that begins at the first use, so that slow work before it keeps nobody waiting.
 *
 * @param fence throws if another process has taken over the work
 */
export const createDeliveryTransaction = (
  connections: Pick<Connections, 'begin'>,
  fence: (tx: Transaction) => Promise<void> = async () => {},
): DeliveryTransaction => {
  let opening: Promise<OpenTransaction> | undefined
  let ended = false
  const begin = async (): Promise<OpenTransaction> => {
    const transaction = await connections.begin()
    try {
      await fence(transaction.tx)
    } catch (error) {
      await transaction.rollback()
      throw error
    }
    return transaction
  }
  const open = async (): Promise<OpenTransaction> => {
    if (!ended) opening ??= begin()
    const transaction = await opening
    if (ended || !transaction) {
      throw new AppError('UNAVAILABLE', 'This delivery has ended: nothing more can be written with it.', {
        hint: 'Its jobs come again at the next start.',
        retryable: true,
      })
    }
    return transaction
  }
  return {
    open: async () => (await open()).tx,
    async commit() {
      const transaction = await open()
      await transaction.commit()
      ended = true
    },
    async rollback() {
      ended = true
      // A transaction that could not be opened has nothing to undo.
      const transaction = await opening?.catch(() => undefined)
      await transaction?.rollback()
    },
  }
}
