import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/role.ts'
import { setAlertStatus } from '../set-alert-status.ts'

const most = 1_000
const statuses = { assign: 'assigned', close: 'closed', resolve: 'resolved' } as const

/** Assigns, closes or resolves several alerts, one after the other, and says which could not be. */
export const moveAlerts = defineOperation({
  name: 'move_alerts',
  summary: 'Assigns, closes or resolves alerts by their ids, as programs do it that know none of our actions.',
  role: 'analyst',
  input: z.strictObject({
    action: z.enum(['assign', 'close', 'resolve']),
    alert_ids: z.array(z.string().min(1).max(1_024)).min(1).max(most).describe('Our ids of them, or their senders’.'),
    params: z
      .looseObject({
        user_id: z.string().trim().min(1).max(100).nullish().describe('Who takes them; needed for `assign`.'),
        comment: z.string().trim().min(1).max(4_000).nullish(),
      })
      .nullish(),
  }),
  output: z.object({
    action: z.string(),
    total: z.int(),
    success_count: z.int(),
    failure_count: z.int(),
    errors: z.array(z.object({ alert_id: z.string(), error: z.string() })),
  }),
  async run({ action, alert_ids, params }, deps: Pick<Deps, 'store' | 'now' | 'newId'> & { readonly actor: Actor }) {
    if (action === 'assign' && params?.user_id == null) {
      throw new AppError('INVALID_REQUEST', 'The action "assign" needs "params.user_id".', {
        errors: [{ path: 'params.user_id', message: 'is missing' }],
      })
    }
    const errors: { alert_id: string; error: string }[] = []
    for (const id of alert_ids) {
      const change = { id, status: statuses[action], assigned_to: params?.user_id, comment: params?.comment }
      try {
        await setAlertStatus.run(action === 'assign' ? change : { ...change, assigned_to: null }, deps)
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error
        errors.push({ alert_id: id, error: error.message })
      }
    }
    return {
      action,
      total: alert_ids.length,
      success_count: alert_ids.length - errors.length,
      failure_count: errors.length,
      errors,
    }
  },
})
