import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { requireAlert } from '../../operations/alerts/require-alert.ts'
import { updateAlerts } from '../../operations/alerts/update-alerts.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { Actor } from '../../schema/account/role.ts'
import { alert } from '../../schema/alert/alert.ts'

/** The statuses of the triage services, and our action for each. Closing without a reason is the resolution `other`. */
const changes = {
  new: { action: 'reopen' },
  assigned: { action: 'assign' },
  in_progress: { action: 'acknowledge' },
  investigating: { action: 'acknowledge' },
  pending_review: { action: 'acknowledge' },
  resolved: { action: 'close', resolution: 'other' },
  closed: { action: 'close', resolution: 'other' },
  false_positive: { action: 'close', resolution: 'false_positive' },
} as const
const statuses = [
  'new',
  'assigned',
  'in_progress',
  'investigating',
  'pending_review',
  'resolved',
  'closed',
  'false_positive',
] as const

/** Moves an alert to a status of the triage services. */
export const setAlertStatus = defineOperation({
  name: 'set_alert_status',
  summary: 'Moves an alert to a status, for clients of the triage services.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(1_024).describe('Our id of the alert, or the id of its sender.'),
    status: z.enum(statuses),
    assigned_to: z.string().trim().min(1).max(100).nullish().describe('The assignee; required for `assigned`.'),
    comment: z.string().trim().min(1).max(4_000).nullish().describe('A comment for the history.'),
  }),
  output: alert,
  async run(
    { id, status, assigned_to, comment },
    { store, queue, now, newId, actor }: Pick<Deps, 'store' | 'queue' | 'now' | 'newId'> & { readonly actor: Actor },
  ) {
    const found = await requireAlert(store, id)
    if (status === 'assigned' && assigned_to == null) {
      throw new AppError('INVALID_REQUEST', 'The status "assigned" needs "assigned_to".', {
        errors: [{ path: 'assigned_to', message: 'is missing' }],
      })
    }
    const wanted = changes[status]
    const all = { ids: [found.id], exclude: [], wait: true, ...(comment != null && { note: comment }) }
    const deps = { store, queue, now, newId, actor }
    if (assigned_to != null) await updateAlerts.run({ ...all, action: 'assign', assignee: assigned_to }, deps)
    if (wanted.action !== 'assign') await updateAlerts.run({ ...all, ...wanted }, deps)
    return requireAlert(store, found.id)
  },
})

type Move = Omit<z.output<typeof setAlertStatus.input>, 'id'>

/** Moves alerts one by one, and returns the failures. */
export const setEachStatus = async (
  ids: readonly string[],
  move: Move,
  deps: Pick<Deps, 'store' | 'queue' | 'now' | 'newId'> & { readonly actor: Actor },
) => {
  const errors: { alert_id: string; error: string }[] = []
  for (const id of ids) {
    try {
      await setAlertStatus.run({ id, ...move }, deps)
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      errors.push({ alert_id: id, error: error.message })
    }
  }
  return errors
}

export const moveErrors = z.array(z.object({ alert_id: z.string(), error: z.string() }))
