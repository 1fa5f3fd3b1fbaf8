import { AppError } from '../../errors.ts'
import type { Alert } from '../../schema/alert.ts'
import type { Store } from '../../store/store.ts'

/** Finds an alert, or says that there is none. */
export const requireAlert = async (store: Store, id: string): Promise<Alert> => {
  const found = await store.alerts.get(id)
  if (found) return found
  throw new AppError('NOT_FOUND', `There is no alert "${id}".`, { hint: 'List the alerts for their ids.' })
}
