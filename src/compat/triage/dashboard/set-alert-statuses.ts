import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'
import { moveErrors, setAlertStatus, setEachStatus } from '../set-alert-status.ts'

const { status, comment } = setAlertStatus.input.shape

/** Moves alerts to a status one by one, and lists the failures. */
export const setAlertStatuses = defineOperation({
  name: 'set_alert_statuses',
  summary: 'Moves alerts to a status, for clients of the triage services.',
  role: 'analyst',
  input: z.strictObject({
    alert_ids: z
      .array(z.string().min(1).max(1_024))
      .min(1)
      .max(1_000)
      .describe('Our ids of the alerts, or the ids of their senders.'),
    status: status.exclude(['assigned']),
    comment,
  }),
  output: z.object({ updated_count: z.int(), errors: moveErrors }),
  async run(
    { alert_ids, status, comment },
    deps: Pick<Deps, 'store' | 'queue' | 'now' | 'newId'> & { readonly actor: Actor },
  ) {
    const errors = await setEachStatus(alert_ids, { status, comment }, deps)
    return { updated_count: alert_ids.length - errors.length, errors }
  },
})
