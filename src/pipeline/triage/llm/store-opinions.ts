import type { Alert } from '../../../schema/alert/alert.ts'
import type { AuditEntry } from '../../../schema/audit/audit-entry.ts'
import type { Intelligence } from '../../../schema/intelligence/intelligence.ts'
import type { AlertContext } from '../../../schema/inventory/context.ts'
import { applyOpinion, renumber } from '../../../schema/triage/apply-opinion.ts'
import type { ModelOpinion, TriageResult } from '../../../schema/triage/triage-result.ts'
import type { Stage } from '../../stage.ts'

/** Facts about the surroundings of an alert, for its result. */
export interface ResultFacts {
  readonly context?: { readonly contexts: readonly AlertContext[] }
  readonly intelligence?: Intelligence
}

/** A language model's opinion about an alert. */
export interface Opined {
  readonly alert: Alert
  /** The triage result that the model saw. */
  readonly seen: TriageResult
  readonly opinion: ModelOpinion
  readonly found: ResultFacts
}

/** An alert after the opinion. */
export interface OpinedAlert extends Alert {
  readonly triage: TriageResult
  readonly found: ResultFacts
  readonly opinion: ModelOpinion
  /** `raised`: the opinion raised the risk. `unchanged`: a new answer that changed neither score nor verdict. `none`: no new answer. */
  readonly outcome: 'raised' | 'unchanged' | 'none'
}

interface OpinionStore<Tx> {
  readonly alerts: {
    load(ids: readonly string[], tx: Tx): Promise<readonly Alert[]>
    save(alerts: readonly Alert[], tx: Tx): Promise<void>
  }
  readonly triageResults: {
    save(results: readonly { readonly alertId: string; readonly result: TriageResult }[], tx: Tx): Promise<void>
  }
  readonly audit: {
    append(entries: readonly AuditEntry[], tx: Tx): Promise<void>
  }
}

export const isAnswer = ({ status }: Pick<ModelOpinion, 'status'>): boolean =>
  status === 'answered' || status === 'cached'

/** Whether no model answered. */
export const isUnheard = ({ status }: Pick<ModelOpinion, 'status'>): boolean =>
  status === 'failed' || status === 'skipped'

/** Creates the stage that adds opinions to current alerts. An answer stays until the next one. A missing answer is stored once. */
export const createStoreOpinions =
  <Tx>(store: OpinionStore<Tx>, now: () => number): Stage<Opined, OpinedAlert, Tx> =>
  async (opined, delivery) => {
    const tx = await delivery.transaction()
    const put = async ({ alert, seen, opinion, found }: Opined): Promise<OpinedAlert> => {
      const [current] = await store.alerts.load([alert.id], tx)
      const before = current?.triage?.model
      const mayReplace = !isUnheard(opinion) || !before || (!isAnswer(before) && before.reason !== opinion.reason)
      if (!current?.triage || !mayReplace) return { ...alert, triage: seen, found, opinion, outcome: 'none' }
      const { triage: card, version } = current
      const triage = applyOpinion(card, renumber(opinion, seen, card))
      const updated_at = new Date(now()).toISOString()
      await store.alerts.save([{ ...current, triage, updated_at, version: version + 1 }], tx)
      await store.triageResults.save([{ alertId: current.id, result: triage }], tx)
      const result = { ...current, triage, found, opinion }
      if (triage.risk_score === card.risk_score && triage.verdict === card.verdict) {
        return { ...result, outcome: isAnswer(opinion) ? 'unchanged' : 'none' }
      }
      const entry = {
        time: now(),
        actor: `model ${opinion.provider}`,
        action: 'raise',
        target_type: 'alert',
        target_id: current.id,
        old_values: { risk_score: card.risk_score, verdict: card.verdict },
        new_values: { risk_score: triage.risk_score, verdict: triage.verdict, model: opinion.model },
      }
      await store.audit.append([entry], tx)
      return { ...result, outcome: 'raised' }
    }
    const stored: OpinedAlert[] = []
    for (const one of opined) stored.push(await put(one))
    return stored
  }
