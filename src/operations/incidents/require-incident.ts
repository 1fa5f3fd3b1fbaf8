import { AppError } from '../../errors.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'

/** Finds an incident by its ID or display ID; throws NOT_FOUND. */
export const requireIncident = async (store: Store, id: string, tx?: Transaction): Promise<Incident> => {
  const found = await store.incidents.get(id, tx)
  if (found) return found
  throw new AppError('NOT_FOUND', `Incident "${id}" not found.`, { hint: 'List the incidents to see their IDs.' })
}

/** Rejects a change that is based on another version, and names the last editor. */
export const requireVersion = async (
  store: Store,
  item: { readonly id: string; readonly version: number },
  version: number | undefined,
): Promise<void> => {
  if (version === undefined || version === item.version) return
  const [last] = (await store.audit.list({ target_id: item.id, limit: 1 })).items
  throw new AppError(
    'VERSION_CONFLICT',
    `It is at version ${item.version}, not ${version}${last ? `; ${last.actor} changed it last` : ''}.`,
    { hint: 'Read the current version, then apply your change again.' },
  )
}
