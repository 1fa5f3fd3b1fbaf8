import type { Queue } from '../queue/queue.ts'
import type { Alert } from '../schema/alert.ts'
import { applyOpinion, renumber } from '../schema/apply-opinion.ts'
import type { ModelOpinion, TriageResult } from '../schema/triage-result.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { TellAgain } from './alert-queues.ts'

interface KeepOpinionOptions {
  readonly store: Pick<Store, 'alerts' | 'triageResults' | 'audit' | 'transaction'>
  readonly queue: Pick<Queue<Transaction>, 'publish'>
  readonly now: () => number
}

/** Tells whether a model has said something that counts. */
export const isAnswer = (opinion: Pick<ModelOpinion, 'status'>): boolean =>
  opinion.status === 'answered' || opinion.status === 'cached'

/** Tells whether nobody answered. */
export const isUnheard = ({ status }: Pick<ModelOpinion, 'status'>): boolean =>
  status === 'failed' || status === 'skipped'

/** Makes what puts a model's opinion on the card of an alert as it is by now. */
export const createKeepOpinion = ({ store, queue, now }: KeepOpinionOptions) => {
  const put = async (
    current: Alert,
    card: TriageResult,
    opinion: ModelOpinion,
    asked: TriageResult,
    tell: TellAgain | undefined,
    tx: Transaction,
  ): Promise<void> => {
    const triage = applyOpinion(card, renumber(opinion, asked, card))
    const time = new Date(now()).toISOString()
    await store.alerts.save([{ ...current, triage, updated_at: time, version: current.version + 1 }], tx)
    await store.triageResults.save([{ alertId: current.id, result: triage }], tx)
    if (triage.risk_score === card.risk_score && triage.verdict === card.verdict) {
      if (isAnswer(opinion)) await tell?.({ ...current, triage }, tx)
      return
    }
    await store.audit.append(
      [
        {
          time: now(),
          actor: `model ${opinion.provider}`,
          action: 'raise',
          target_type: 'alert',
          target_id: current.id,
          old_values: { risk_score: card.risk_score, verdict: card.verdict },
          new_values: { risk_score: triage.risk_score, verdict: triage.verdict, model: opinion.model },
        },
      ],
      tx,
    )
    // Its incident learns of it, and whoever is told of results: it is judged once more.
    await queue.publish('alerts', [current.id], tx)
  }

  /**
   * `asked` is the card that the model saw. An answer stays until there is another; that nobody answered is said once. `tell` writes down
   * that the new word is to be told.
   */
  return async (id: string, opinion: ModelOpinion, asked: TriageResult, tell: TellAgain | undefined): Promise<void> =>
    store.transaction(async (tx) => {
      const [current] = await store.alerts.load([id], tx)
      const before = current?.triage?.model
      const mayReplace = !isUnheard(opinion) || !before || (!isAnswer(before) && before.reason !== opinion.reason)
      if (current?.triage && mayReplace) await put(current, current.triage, opinion, asked, tell, tx)
    })
}
