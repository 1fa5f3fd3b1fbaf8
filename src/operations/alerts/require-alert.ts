import { AppError } from '../../errors.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Store } from '../../store/store.ts'

/** Finds an alert; throws NOT_FOUND. */
export const requireAlert = async (store: Store, id: string): Promise<Alert> => {
  const found = await store.alerts.get(id)
  if (found) return found
  throw new AppError('NOT_FOUND', `Alert "${id}" not found.`, { hint: 'List the alerts to see their IDs.' })
}
