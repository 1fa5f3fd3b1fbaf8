import type { Transaction } from '../database.ts'
import { batches } from '../write-rows.ts'
import type { AlertIndex } from './alert-index.ts'

/** Removes alerts with their triage results, context, model opinions and results to publish. */
export const removeAlerts = async (
  index: Pick<AlertIndex, 'remove'>,
  ids: readonly string[],
  tx: Transaction,
): Promise<void> => {
  await index.remove(ids, tx)
  for (const part of batches(ids)) {
    for (const table of [
      'alert_context',
      'alert_results_due',
      'llm_calls',
      'llm_requests',
      'model_opinions',
      'triage_results',
      'alerts',
    ] as const) {
      await tx.deleteFrom(table).where('alert_id', 'in', part).execute()
    }
  }
}

/** Removes incidents with their notifications and actions, but not with their alerts. */
export const removeIncidents = async (ids: readonly string[], tx: Transaction): Promise<void> => {
  for (const part of batches(ids)) {
    for (const table of ['notifications', 'remediation_actions', 'incidents'] as const) {
      await tx.deleteFrom(table).where('incident_id', 'in', part).execute()
    }
  }
}
