import type { Alert } from '../../schema/alert/alert.ts'
import { type Incident, withStatus } from '../../schema/incident/incident.ts'
import { settleIncident } from '../../schema/incident/settle-incident.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Deps } from '../deps.ts'
import { auditChange, type ChangeContext } from './apply-changes.ts'
import { isOpenAlert } from './lifecycle.ts'

const page = 200

/**
 * Updates incidents after users changed their alerts: ends those without open alerts, and reopens those of reopened alerts. Their receivers
 * are notified.
 */
export const settleIncidents = async (
  { store, queue }: Pick<Deps, 'store' | 'queue'>,
  tx: Transaction,
  alerts: readonly Alert[],
  doing: ChangeContext,
): Promise<void> => {
  const { action } = doing.change
  if (action !== 'close' && action !== 'reopen') return
  const ids = [...new Set(alerts.flatMap(({ incident_id }) => incident_id ?? []))]
  const changed: { readonly from: Incident; readonly to: Incident }[] = []
  const now = new Date(doing.now).toISOString()
  for (const from of await store.incidents.load(ids, tx)) {
    const to = action === 'close' ? await settle(store, tx, from, now) : reopen(from, alerts, doing, now)
    if (to) changed.push({ from, to: { ...to, updated_at: now, version: from.version + 1 } })
  }
  if (changed.length === 0) return
  const after = changed.map(({ to }) => to)
  await store.incidents.save(after, tx)
  await store.audit.append(
    changed.map(({ from, to }) => auditChange('incident', from, to, doing)),
    tx,
  )
  await queue.publish(
    'incidents',
    after.map(({ id }) => id),
    tx,
  )
}

const settle = async (store: Store, tx: Transaction, from: Incident, now: string): Promise<Incident | undefined> => {
  const ids = from.members.map(({ alert_id }) => alert_id)
  const members: Alert[] = []
  // Large incidents are decided on in parts: stop at the first alert that is still open.
  for (let start = 0; start < ids.length; start += page) {
    members.push(...(await store.alerts.load(ids.slice(start, start + page), tx)))
    if (members.slice(start).some(isOpenAlert)) return undefined
  }
  return settleIncident(from, members, now)
}

const reopen = (
  from: Incident,
  alerts: readonly Alert[],
  { actor, note }: ChangeContext,
  now: string,
): Incident | undefined => {
  const cause = alerts.find(({ incident_id }) => incident_id === from.id)
  if (!cause || from.merged_into !== null || (from.status !== 'resolved' && from.status !== 'closed')) return undefined
  const text = `${actor}: reopened ${cause.title}${note === undefined ? '' : `: ${note}`}`
  return {
    ...withStatus(from, 'open', now),
    resolution: null,
    ...(from.suppression_id && { suppression_id: null }),
    timeline: [...from.timeline, { time: now, kind: 'change', text, actor }],
  }
}
