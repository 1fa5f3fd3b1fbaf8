import { type Alert, openAlertStatuses } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { settleIncident } from '../../schema/incident/settle-incident.ts'
import type { Suppression } from '../../schema/suppression.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import { auditedFields } from '../decisions/apply-changes.ts'
import { isOpenAlert } from '../decisions/lifecycle.ts'
import type { Deps } from '../deps.ts'
import { outgrows } from './suppression-cover.ts'
import { readScope } from './suppression-scope.ts'

const chunk = 500

/**
 * Applies a suppression at once: hides the open alerts in its scope, closes the incidents without open alerts, and cancels their unsent
 * messages. New alerts are hidden when they are merged.
 */
export const applySuppression = async (
  suppression: Suppression,
  { store, queue, suppressions, now }: Pick<Deps, 'store' | 'queue' | 'suppressions' | 'now'>,
): Promise<void> => {
  await suppressions.refresh()
  const time = now()
  if (suppression.paused || (suppression.expires_at !== null && Date.parse(suppression.expires_at) <= time)) return
  const scope = readScope(suppression.scope, time)
  const matches = (alert: Alert) => scope.matches(alert) && outgrows(alert, suppression) === undefined
  let after: string | undefined
  do {
    const { items, next } = await store.alerts.list({ status: openAlertStatuses, limit: chunk, matches, after })
    const ids = items.map(({ id }) => id)
    await store.transaction((tx) => hide(ids, suppression, matches, { store, queue, time, tx }))
    after = next
  } while (after !== undefined)
}

interface Work {
  readonly store: Store
  readonly queue: Deps['queue']
  readonly time: number
  readonly tx: Transaction
}

const hide = async (
  ids: readonly string[],
  suppression: Suppression,
  matches: (alert: Alert) => boolean,
  { store, queue, time, tx }: Work,
): Promise<void> => {
  const now = new Date(time).toISOString()
  const before = (await store.alerts.load(ids, tx)).filter((alert) => isOpenAlert(alert) && matches(alert))
  if (before.length === 0) return
  const hidden = before.map((alert) => ({
    ...alert,
    status: 'suppressed' as const,
    suppression_id: suppression.id,
    ...(alert.resurfaced && { resurfaced: null }),
    updated_at: now,
    version: alert.version + 1,
  }))
  await store.alerts.save(hidden, tx)
  await store.suppressions.hit(suppression.id, hidden.length, time, tx)
  const incidents = await store.incidents.load([...new Set(hidden.flatMap(({ incident_id }) => incident_id ?? []))], tx)
  const closed: { readonly from: Incident; readonly to: Incident }[] = []
  for (const from of incidents) {
    const members = await store.alerts.load(
      from.members.map(({ alert_id }) => alert_id),
      tx,
    )
    const to = settleIncident(from, members, now)
    if (to) closed.push({ from, to: { ...to, updated_at: now, version: from.version + 1 } })
  }
  await store.incidents.save(
    closed.map(({ to }) => to),
    tx,
  )
  for (const { to } of closed) await store.notifications.cancel(to.id, tx)
  await queue.publish(
    'incidents',
    closed.map(({ to }) => to.id),
    tx,
  )
  const entry = { time, actor: suppression.owner, action: 'suppress' }
  await store.audit.append(
    [
      ...hidden.map((alert, i) => ({
        ...entry,
        target_type: 'alert' as const,
        target_id: alert.id,
        old_values: before[i] ? auditedFields(before[i]) : null,
        new_values: auditedFields(alert),
      })),
      ...closed.map(({ from, to }) => ({
        ...entry,
        target_type: 'incident' as const,
        target_id: to.id,
        old_values: auditedFields(from),
        new_values: auditedFields(to),
      })),
    ],
    tx,
  )
}
