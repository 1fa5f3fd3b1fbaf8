import { z } from 'zod'
import type { Alert } from '../../schema/alert/alert.ts'
import type { AuditEntry } from '../../schema/audit/audit-entry.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Deps } from '../deps.ts'
import { changeAlert, changeIncident, isOpenAlert, type RequestedChange } from './lifecycle.ts'

/** The report of a bulk change. */
export const changeReport = z
  .object({
    /** The number of selected items. */
    matched: z.int(),
    changed: z.int(),
    /** The skipped items with reasons; at most 100. */
    skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
    /** The number of remaining items, if the answer did not wait for them. */
    pending: z.int(),
    /** The ID to follow or undo the change; null if nothing changed. */
    decision_id: z.string().nullable(),
  })
  .meta({ id: 'ChangeReport' })

export interface ChangeContext {
  readonly change: RequestedChange
  readonly actor: string
  readonly now: number
  readonly note?: string | undefined
  /** The bulk change that this is part of, for undo. */
  readonly decision_id?: string | undefined
}

/** The audited fields of an alert or incident. */
export const auditedFields = (item: Alert | Incident) => ({
  status: item.status,
  assignee: item.assignee,
  resolution: item.resolution,
  ...('suppression_id' in item && { suppression_id: item.suppression_id }),
  ...('snoozed_until' in item && { snoozed_until: item.snoozed_until ?? null }),
})

export const auditChange = (
  target_type: 'alert' | 'incident',
  before: Alert | Incident,
  after: Alert | Incident,
  { change, actor, now, note, decision_id }: ChangeContext,
): AuditEntry => ({
  time: now,
  actor,
  action: change.action,
  target_type,
  target_id: after.id,
  old_values: auditedFields(before),
  new_values: { ...auditedFields(after), ...(note !== undefined && { note }) },
  decision_id,
})

/** Changes alerts within a transaction; returns the skipped ones with reasons. */
export const applyToAlerts = async (
  store: Store,
  tx: Transaction,
  alerts: readonly Alert[],
  doing: ChangeContext,
): Promise<readonly { readonly id: string; readonly reason: string }[]> => {
  const skipped: { id: string; reason: string }[] = []
  const changed: Alert[] = []
  const entries: AuditEntry[] = []
  for (const alert of alerts) {
    const outcome = changeAlert(alert, doing.change, { actor: doing.actor, now: new Date(doing.now).toISOString() })
    if ('skipped' in outcome) {
      skipped.push({ id: alert.id, reason: outcome.skipped })
      continue
    }
    changed.push(outcome.item)
    entries.push(auditChange('alert', alert, outcome.item, doing))
  }
  if (changed.length > 0) {
    await store.alerts.save(changed, tx)
    await store.audit.append(entries, tx)
  }
  return skipped
}

/**
 * Changes an incident in a transaction and notifies its receivers. Closing, resolving or reopening an incident does the same to its alerts,
 * so that the two never contradict each other. Returns the reason if it was skipped.
 */
export const applyToIncident = async (
  { store, queue }: Pick<Deps, 'store' | 'queue'>,
  tx: Transaction,
  incident: Incident,
  doing: ChangeContext,
): Promise<string | undefined> => {
  const now = new Date(doing.now).toISOString()
  const outcome = changeIncident(incident, doing.change, { actor: doing.actor, now })
  if ('skipped' in outcome) return outcome.skipped
  const text = `${doing.actor}: ${describe(doing)}`
  const changed: Incident = {
    ...outcome.item,
    timeline: [...outcome.item.timeline, { time: now, kind: 'change', text, actor: doing.actor }],
  }
  await store.incidents.save([changed], tx)
  await store.audit.append([auditChange('incident', incident, changed, doing)], tx)
  await queue.publish('incidents', [incident.id], tx)
  const follow = followOf(incident, doing.change)
  if (follow) {
    const members = await store.alerts.load(
      incident.members.map(({ alert_id }) => alert_id),
      tx,
    )
    await applyToAlerts(store, tx, members.filter(follow.concerns), { ...doing, change: follow.change })
  }
  return undefined
}

/** Returns the changes that a change of an incident implies for its alerts. */
const followOf = (
  incident: Incident,
  change: RequestedChange,
): { readonly change: RequestedChange; readonly concerns: (alert: Alert) => boolean } | undefined => {
  switch (change.action) {
    case 'close':
      // An alert that its sender resolved gets the resolution too, so that triage learns from it.
      return { change, concerns: (alert) => isOpenAlert(alert) || isUndecided(alert) }
    case 'advance':
      // An open alert would absorb later events, and nobody would be notified.
      return change.status === 'resolved' ? { change: { action: 'resolve' }, concerns: isOpenAlert } : undefined
    case 'resolve':
      return { change, concerns: isOpenAlert }
    case 'reopen':
      return {
        change,
        concerns: (alert) =>
          !isOpenAlert(alert) && alert.status !== 'suppressed' && alert.resolution === incident.resolution,
      }
    default:
      return undefined
  }
}

const isUndecided = ({ status, resolution }: Alert): boolean => status === 'resolved' && resolution === null

const describe = ({ change, note }: ChangeContext): string => {
  const because = note === undefined ? '' : `: ${note}`
  switch (change.action) {
    case 'acknowledge':
      return `acknowledged it${because}`
    case 'assign':
      return change.assignee === null ? `unassigned it${because}` : `assigned it to ${change.assignee}${because}`
    case 'close':
      return `closed it as ${change.resolution.replace('_', ' ')}${because}`
    case 'reopen':
      return `reopened it${because}`
    case 'advance':
      return `set it to ${change.status}${because}`
    case 'snooze':
      return `snoozed it until ${change.until}${because}`
    case 'wake':
      return `woke it${because}`
    case 'resolve':
      return `resolved it${because}`
  }
}
