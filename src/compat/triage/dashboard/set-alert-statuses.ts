import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/role.ts'
import { setAlertStatus } from '../set-alert-status.ts'

const { status, comment } = setAlertStatus.input.shape

/** Moves several alerts to a status, one after the other; those that cannot be moved are named. */
export const setAlertStatuses = defineOperation({
  name: 'set_alert_statuses',
  summary: 'Moves alerts to a status, as programs name it that know none of our actions.',
  role: 'analyst',
  input: z.strictObject({
    alert_ids: z.array(z.string().min(1).max(1_024)).min(1).max(1_000).describe('Our ids of them, or their senders’.'),
    status: status.exclude(['assigned']),
    comment,
  }),
  output: z.object({
    updated_count: z.int(),
    errors: z.array(z.object({ alert_id: z.string(), error: z.string() })),
  }),
  async run({ alert_ids, status, comment }, deps: Pick<Deps, 'store' | 'now' | 'newId'> & { readonly actor: Actor }) {
    const errors: { alert_id: string; error: string }[] = []
    for (const id of alert_ids) {
      try {
        await setAlertStatus.run({ id, status, comment }, deps)
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error
        errors.push({ alert_id: id, error: error.message })
      }
    }
    return { updated_count: alert_ids.length - errors.length, errors }
  },
})
