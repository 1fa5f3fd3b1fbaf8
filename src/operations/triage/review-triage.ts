import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { alert } from '../../schema/alert.ts'
import type { Actor } from '../../schema/role.ts'
import { verdict } from '../../schema/triage-result.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { Deps } from '../deps.ts'
import { requireVersion } from '../incidents/require-incident.ts'
import { defineOperation } from '../operation.ts'

/** Puts a person's verdict beside triage's. It never replaces it: both are shown, and the difference teaches. */
export const reviewTriage = defineOperation({
  name: 'review_triage',
  summary: "Writes a person's verdict on an alert beside that of triage.",
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(1_024),
    verdict: verdict.describe('What you take it for.'),
    notes: z.string().trim().max(4_000).default('').describe('Why, for whoever reads it later.'),
    version: z.int().optional().describe('The version of the alert that the decision was made on.'),
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
