import { type AskModels, createAskModels, type NamedProvider } from '../pipeline/triage/llm/ask-models.ts'
import { formOpinion } from '../pipeline/triage/llm/form-opinion.ts'
import type { Alert } from '../schema/alert.ts'
import { withoutOpinion } from '../schema/apply-opinion.ts'
import type { ModelOpinion, TriageResult } from '../schema/triage-result.ts'
import type { Store } from '../store/store.ts'
import { isUnheard } from './keep-opinion.ts'

interface ShadowOptions {
  readonly providers: readonly NamedProvider[]
  /** How models are asked, whichever it is. */
  readonly calling: Omit<Parameters<typeof createAskModels>[0], 'providers'>
  /** What all of them are asked. */
  readonly asking: Parameters<typeof formOpinion>[3]
  readonly store: Pick<Store, 'modelOpinions'>
}

/** Makes what compares language models: those whose word counts with those that are only listened to, and all of them with the rules. */
export const createShadowModels = ({ providers, calling, asking, store }: ShadowOptions) => {
  const shadows = providers.map((one) => createAskModels({ ...calling, providers: [one] }))

  /** Keeps what a model said beside what the rules said of the same card. That it said nothing is metered, and no word on the alert. */
  const note = async (alert: Alert, card: TriageResult, opinion: ModelOpinion): Promise<void> => {
    if (isUnheard(opinion)) return
    const { verdict, risk_level } = withoutOpinion(card)
    await store.modelOpinions.save({ alertId: alert.id, opinion, rules: { verdict, risk_level } })
  }

  return {
    note,
    /** Asks each of them about an alert and keeps what it says; nothing else comes of it. */
    async listen(alert: Alert, card: TriageResult, signal: AbortSignal): Promise<void> {
      const ask = async (models: AskModels) => note(alert, card, await formOpinion(alert, card, models, asking, signal))
      await Promise.all(shadows.map(ask))
    },
    resting: (): ReadonlyMap<string, number> => new Map(shadows.flatMap((models) => [...models.resting()])),
  }
}
