import type { TriageResult, TriageReview } from '../../schema/triage/triage-result.ts'
import type { Transaction } from '../database.ts'
import { toJson } from '../json.ts'
import { upsert } from '../write-rows.ts'
import type { TriageResultRow } from './alert-tables.ts'

export interface TriageResultStore {
  save(results: readonly { readonly alertId: string; readonly result: TriageResult }[], tx: Transaction): Promise<void>
  /** Adds an analyst's review to the triage result of an alert. */
  review(alertId: string, review: TriageReview, tx: Transaction): Promise<void>
}

/** Stores the newest triage result of each alert. An analyst's review stays. */
export const createTriageResultStore = (): TriageResultStore => ({
  async save(results, tx) {
    const newest = new Map(results.map(({ alertId, result }) => [alertId, toRow(alertId, result)]))
    await upsert(tx, 'triage_results', [...newest.values()], {
      key: ['alert_id'],
      keep: ['created_at', 'human_reviewer', 'human_review_notes', 'reviewed_at'],
    })
  },

  async review(alertId, { reviewer, notes, reviewed_at }, tx) {
    await tx
      .updateTable('triage_results')
      .set({ human_reviewer: reviewer, human_review_notes: notes, reviewed_at: Date.parse(reviewed_at) })
      .where('alert_id', '=', alertId)
      .execute()
  },
})

const toRow = (alertId: string, result: TriageResult): TriageResultRow => {
  const calculatedAt = Date.parse(result.calculated_at)
  return {
    alert_id: alertId,
    risk_score: result.risk_score,
    risk_level: result.risk_level,
    verdict: result.verdict,
    confidence_score: result.confidence,
    analysis_result: result.summary,
    recommended_actions: toJson(result.recommended_actions),
    requires_human_review: result.requires_human_review ? 1 : 0,
    human_reviewer: result.review?.reviewer ?? null,
    human_review_notes: result.review?.notes ?? null,
    reviewed_at: result.review ? Date.parse(result.review.reviewed_at) : null,
    created_at: calculatedAt,
    updated_at: calculatedAt,
  }
}
