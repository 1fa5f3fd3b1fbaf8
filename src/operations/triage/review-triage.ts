import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import { alert } from '../../schema/alert/alert.ts'
import { verdict } from '../../schema/triage/triage-result.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { Deps } from '../deps.ts'
import { requireVersion } from '../incidents/require-incident.ts'
import { defineOperation } from '../operation.ts'

/** Stores an analyst's verdict next to that of triage. Both are shown. */
export const reviewTriage = defineOperation({
  name: 'review_triage',
  summary: 'Adds an analyst’s verdict to an alert, next to that of triage.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(1_024),
    verdict: verdict.describe('Your verdict.'),
    notes: z.string().trim().max(4_000).default('').describe('A note for other analysts.'),
    version: z.int().optional().describe('The version that the review is based on.'),
  }),
  output: alert,
  async run(
    { id, verdict, notes, version },
    { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor },
  ) {
    const time = now()
    const shown = await requireAlert(store, id)
    return store.transaction(async (tx) => {
      const [before = shown] = await store.alerts.load([shown.id], tx)
      await requireVersion(store, before, version)
      if (!before.triage) {
        throw new AppError('CONFLICT', 'The alert has not been triaged yet.', { hint: 'Try again in a moment.' })
      }
      const moment = new Date(time).toISOString()
      const review = { reviewer: actor.name, verdict, notes, reviewed_at: moment }
      const after = {
        ...before,
        triage: { ...before.triage, review },
        updated_at: moment,
        version: before.version + 1,
      }
      await store.alerts.save([after], tx)
      await store.triageResults.review(shown.id, review, tx)
      await store.audit.append(
        [
          {
            time,
            actor: actor.name,
            action: 'review',
            target_type: 'alert',
            target_id: shown.id,
            old_values: before.triage.review,
            new_values: { verdict, notes, triage: before.triage.verdict },
          },
        ],
        tx,
      )
      return after
    })
  },
})
