import type { StoreConnections } from '../connect.ts'

/** The changes since a time, for live updates. Works across processes because it only reads. */
export interface StoreChange {
  readonly kind: 'alert' | 'incident'
  readonly id: string
  /** The display ID of an incident; absent for alerts. */
  readonly display_id?: string
  readonly version: number
  readonly updated_at: number
}

/** Lists the changes after a moment of the store's own clock, in order. */
export const readStoreChanges = async (
  { read }: StoreConnections,
  after: number,
  limit: number,
): Promise<readonly StoreChange[]> => {
  const alerts = await read
    .selectFrom('alerts')
    .select(['alert_id as id', 'version', 'changed_at as updated_at'])
    .where('changed_at', '>', after)
    .orderBy('changed_at')
    .limit(limit)
    .execute()
  const incidents = await read
    .selectFrom('incidents')
    .select(['incident_id as id', 'display_id', 'version', 'changed_at as updated_at'])
    .where('changed_at', '>', after)
    .orderBy('changed_at')
    .limit(limit)
    .execute()
  const changes: StoreChange[] = [
    ...alerts.map((row) => ({ kind: 'alert' as const, ...row })),
    ...incidents.map((row) => ({ kind: 'incident' as const, ...row })),
  ]
  return changes.sort((a, b) => a.updated_at - b.updated_at).slice(0, limit)
}
