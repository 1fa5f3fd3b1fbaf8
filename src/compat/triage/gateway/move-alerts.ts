import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'
import { moveErrors, setEachStatus } from '../set-alert-status.ts'

const most = 1_000
const statuses = { assign: 'assigned', close: 'closed', resolve: 'resolved' } as const

/** Assigns, closes or resolves alerts one by one, and lists the failures. */
export const moveAlerts = defineOperation({
  name: 'move_alerts',
  summary: 'Assigns, closes or resolves alerts by id, for clients of the triage services.',
  role: 'analyst',
  input: z.strictObject({
    action: z.enum(['assign', 'close', 'resolve']),
    alert_ids: z
      .array(z.string().min(1).max(1_024))
      .min(1)
      .max(most)
      .describe('Our ids of the alerts, or the ids of their senders.'),
    params: z
      .looseObject({
        user_id: z.string().trim().min(1).max(100).nullish().describe('The assignee; required for `assign`.'),
        comment: z.string().trim().min(1).max(4_000).nullish(),
      })
      .nullish(),
  }),
  output: z.object({
    action: z.string(),
    total: z.int(),
    success_count: z.int(),
    failure_count: z.int(),
    errors: moveErrors,
  }),
  async run(
    { action, alert_ids, params },
    deps: Pick<Deps, 'store' | 'queue' | 'now' | 'newId'> & { readonly actor: Actor },
  ) {
    if (action === 'assign' && params?.user_id == null) {
      throw new AppError('INVALID_REQUEST', 'The action "assign" needs "params.user_id".', {
        errors: [{ path: 'params.user_id', message: 'is missing' }],
      })
    }
    const assigned_to = action === 'assign' ? params?.user_id : null
    const errors = await setEachStatus(
      alert_ids,
      { status: statuses[action], assigned_to, comment: params?.comment },
      deps,
    )
    return {
      action,
      total: alert_ids.length,
      success_count: alert_ids.length - errors.length,
      failure_count: errors.length,
      errors,
    }
  },
})
