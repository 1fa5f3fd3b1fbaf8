import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { day } from '../../lib/units/time.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { AuditEntry } from '../../schema/audit/audit-entry.ts'
import type { Decision } from '../../schema/audit/decision.ts'
import type { Store } from '../../store/store.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { changeReport } from './apply-changes.ts'
import type { SkippedItem } from './decide.ts'
import { requireDecision } from './read-decision.ts'
import { revertChanges } from './revert-changes.ts'

const chunk = 500
const mostSkipped = 100

export const undoDecision = defineOperation({
  name: 'undo_decision',
  summary: 'Undoes a bulk change within a day. Items that changed since are skipped.',
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(100) }),
  output: changeReport,
  async run({ id }, { store, queue, now, actor }: UndoDeps) {
    const time = now()
    const decision = await requireDecision(store, id, time)
    refuseOdd(decision, actor, time)
    const entries = await entriesOf(store, decision)
    const skipped: SkippedItem[] = []
    for (let start = 0; start < entries.length; start += chunk) {
      await store.transaction(async (tx) => {
        skipped.push(
          ...(await revertChanges({ store, queue }, tx, entries.slice(start, start + chunk), {
            actor: actor.name,
            now: time,
          })),
        )
      })
    }
    const undone: Decision = {
      ...decision,
      state: 'undone',
      undone_by: actor.name,
      updated_at: new Date(time).toISOString(),
    }
    await store.transaction((tx) => store.decisions.save(undone, tx))
    // Incidents that ended with their alerts reopen with them, but the user did not select them.
    const chosen = entries.filter(({ target_type }) => target_type === 'alert' || decision.target_type === 'incident')
    const kept = new Set(skipped.map((item) => item.id))
    return {
      matched: chosen.length,
      changed: chosen.filter(({ target_id }) => !kept.has(target_id)).length,
      skipped: skipped.slice(0, mostSkipped),
      pending: 0,
      decision_id: id,
    }
  },
})

type UndoDeps = Pick<Deps, 'store' | 'queue' | 'now'> & { readonly actor: Actor }

const refuseOdd = ({ id, actor, state, created_at }: Decision, asking: Actor, now: number): void => {
  if (actor !== asking.name && asking.role !== 'admin') {
    throw new AppError('FORBIDDEN', `Only ${actor} or an admin can undo this change.`, {
      hint: 'Reopen or reassign the changed items instead.',
    })
  }
  const refuse = (message: string, hint: string) => {
    throw new AppError('CONFLICT', message, { hint })
  }
  if (state === 'running')
    refuse('The change is still running.', `Wait until /api/v1/decisions/${id} reports that it is done.`)
  if (state === 'undone') refuse('The change was already undone.', 'Apply the change again instead.')
  if (now - Date.parse(created_at) > day)
    refuse('The change is more than a day old.', 'Reopen the changed items instead.')
}

/** The audit entries of a bulk change, oldest first. */
const entriesOf = async (store: Store, { id }: Decision): Promise<readonly AuditEntry[]> => {
  const entries: AuditEntry[] = []
  let after: string | undefined
  do {
    const page = await store.audit.list({ decision_id: id, limit: 5_000, after })
    entries.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return entries.reverse()
}
