import { alert } from '../../schema/alert/alert.ts'
import type { AuditEntry } from '../../schema/audit/audit-entry.ts'
import { incident, withStatus } from '../../schema/incident/incident.ts'
import type { Transaction } from '../../store/database.ts'
import type { Deps } from '../deps.ts'
import { auditedFields } from './apply-changes.ts'
import type { SkippedItem } from './decide.ts'

/** The audited fields of an alert and of an incident: see `auditedFields`. */
const ofAlert = alert.pick({
  status: true,
  assignee: true,
  resolution: true,
  suppression_id: true,
  snoozed_until: true,
})
const ofIncident = incident.pick({ status: true, assignee: true, resolution: true })

interface Circumstances {
  readonly actor: string
  readonly now: number
}

/** Restores the old values of audit entries; returns the items that changed since. */
export const revertChanges = async (
  { store, queue }: Pick<Deps, 'store' | 'queue'>,
  tx: Transaction,
  entries: readonly AuditEntry[],
  who: Circumstances,
): Promise<readonly SkippedItem[]> => {
  const moment = new Date(who.now).toISOString()
  const entriesOf = (type: AuditEntry['target_type']) => entries.filter(({ target_type }) => target_type === type)
  const idsOf = (type: AuditEntry['target_type']) => entriesOf(type).map(({ target_id }) => target_id)

  const alerts = revert(
    entriesOf('alert'),
    await store.alerts.load(idsOf('alert'), tx),
    who,
    (item, { old_values }) => {
      const old = ofAlert.parse(old_values)
      // Triage may have run in the meantime.
      const status = old.status === 'new' && item.triage ? ('triaged' as const) : old.status
      return {
        ...item,
        ...old,
        snoozed_until: old.snoozed_until ?? null,
        status,
        updated_at: moment,
        version: item.version + 1,
      }
    },
  )
  const incidents = revert(
    entriesOf('incident'),
    await store.incidents.load(idsOf('incident'), tx),
    who,
    (item, { old_values, action }) => {
      const text = `${who.actor}: undid: ${action}`
      const timeline = [...item.timeline, { time: moment, kind: 'change' as const, text, actor: who.actor }]
      const { status, ...old } = ofIncident.parse(old_values)
      return { ...withStatus(item, status, moment), ...old, timeline, updated_at: moment, version: item.version + 1 }
    },
  )

  if (alerts.changed.length > 0) await store.alerts.save(alerts.changed, tx)
  if (incidents.changed.length > 0) {
    await store.incidents.save(incidents.changed, tx)
    await queue.publish(
      'incidents',
      incidents.changed.map(({ id }) => id),
      tx,
    )
  }
  await store.audit.append([...alerts.written, ...incidents.written], tx)
  return [...alerts.skipped, ...incidents.skipped]
}

const revert = <Item extends Parameters<typeof auditedFields>[0]>(
  entries: readonly AuditEntry[],
  items: readonly Item[],
  { actor, now }: Circumstances,
  toFormer: (item: Item, entry: AuditEntry) => Item,
) => {
  const found = new Map(items.map((item) => [item.id, item]))
  const [changed, written, skipped]: [Item[], AuditEntry[], SkippedItem[]] = [[], [], []]
  for (const entry of entries) {
    const { target_type, target_id } = entry
    const item = found.get(target_id)
    if (!item || !isAsLeft(item, entry)) {
      skipped.push({ id: target_id, reason: item ? 'has changed since' : 'does not exist' })
      continue
    }
    const former = toFormer(item, entry)
    changed.push(former)
    const values = { old_values: auditedFields(item), new_values: auditedFields(former) }
    written.push({ time: now, actor, action: 'undo', target_type, target_id, ...values })
  }
  return { changed, written, skipped }
}

/** Whether the current values still match the entry's new values. */
const isAsLeft = (item: Parameters<typeof auditedFields>[0], { new_values }: AuditEntry): boolean => {
  const left = ofIncident.extend({ status: alert.shape.status.or(incident.shape.status) }).parse(new_values)
  return item.status === left.status && item.assignee === left.assignee && item.resolution === left.resolution
}
