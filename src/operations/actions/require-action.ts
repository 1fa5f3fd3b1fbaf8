import { AppError } from '../../errors.ts'
import type { RemediationAction } from '../../schema/action/remediation-action.ts'
import type { AuditEntry } from '../../schema/audit/audit-entry.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'

/** Finds an action; throws NOT_FOUND. */
export const requireAction = async (store: Store, id: string, tx?: Transaction): Promise<RemediationAction> => {
  const found = await store.remediationActions.get(id, tx)
  if (found) return found
  throw new AppError('NOT_FOUND', `Action "${id}" not found.`, { hint: 'List the actions to see their IDs.' })
}

/** Selects the fields of an action that the audit records. */
const auditedFields = ({ status, assignee, due_at, notes, approved_by }: RemediationAction) => ({
  status,
  assignee,
  due_at,
  notes,
  approved_by,
})

/** Saves a changed action and audits the change. */
export const saveAction = async (
  store: Store,
  tx: Transaction,
  before: RemediationAction,
  change: Partial<RemediationAction>,
  {
    action,
    actor,
    now,
    note,
  }: { readonly action: string; readonly actor: string; readonly now: number; readonly note?: unknown },
): Promise<RemediationAction> => {
  const after = { ...before, ...change, updated_at: new Date(now).toISOString(), version: before.version + 1 }
  const entry: AuditEntry = {
    time: now,
    actor,
    action,
    target_type: 'action',
    target_id: before.id,
    old_values: auditedFields(before),
    new_values: { ...auditedFields(after), ...(note !== undefined && { note }) },
  }
  // The incident's history shows the progress of its actions.
  const historyEntry: AuditEntry = {
    ...{ time: now, actor, action: 'progress', target_type: 'incident', target_id: before.incident_id },
    old_values: { status: before.status },
    new_values: { status: after.status, text: before.description },
  }
  await store.remediationActions.save(after, tx)
  await store.audit.append(after.status === before.status ? [entry] : [entry, historyEntry], tx)
  return after
}
