import { AppError } from '../../errors.ts'
import type { Incident } from '../../schema/incident.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'

/** Finds an incident by its id or its number, or says that there is none. */
export const requireIncident = async (store: Store, id: string, tx?: Transaction): Promise<Incident> => {
  const found = await store.incidents.get(id, tx)
  if (found) return found
  throw new AppError('NOT_FOUND', `There is no incident "${id}".`, { hint: 'List the incidents for their ids.' })
}

/** Refuses a change that was made against another version, naming who changed it last. */
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
    { hint: 'Read it again, then decide again.' },
  )
}
