import type { Alert } from '../../../schema/alert/alert.ts'
import { withoutOpinion } from '../../../schema/triage/apply-opinion.ts'
import type { ModelOpinion, TriageResult } from '../../../schema/triage/triage-result.ts'
import { type AskModels, createAskModels, type NamedProvider } from './ask-models.ts'
import { formOpinion } from './form-opinion.ts'
import { isUnheard } from './store-opinions.ts'

/** Stores opinions beside the results of the rules. */
export interface OpinionKeeper {
  save(row: {
    readonly alertId: string
    readonly opinion: ModelOpinion
    readonly rules: Pick<TriageResult, 'verdict' | 'risk_level'>
  }): Promise<void>
}

interface ShadowOptions {
  readonly providers: readonly NamedProvider[]
  /** The options of every call. */
  readonly calling: Omit<Parameters<typeof createAskModels>[0], 'providers'>
  /** The question for every model. */
  readonly asking: Parameters<typeof formOpinion>[3]
  readonly keeper: OpinionKeeper
}

/** Creates the comparison of language models: shadow models are asked too, and every opinion is stored beside the rules' result. */
export const createShadowModels = ({ providers, calling, asking, keeper }: ShadowOptions) => {
  const shadows = providers.map((one) => createAskModels({ ...calling, providers: [one] }))

  /** Stores an opinion beside the rules' result. Skips missing answers, which the usage shows. */
  const note = async (alert: Alert, card: TriageResult, opinion: ModelOpinion): Promise<void> => {
    if (isUnheard(opinion)) return
    const { verdict, risk_level } = withoutOpinion(card)
    await keeper.save({ alertId: alert.id, opinion, rules: { verdict, risk_level } })
  }

  return {
    note,
    /** Asks each shadow model about an alert and stores its opinion. */
    async listen(alert: Alert, card: TriageResult, signal: AbortSignal): Promise<void> {
      const ask = async (models: AskModels) => note(alert, card, await formOpinion(alert, card, models, asking, signal))
      await Promise.all(shadows.map(ask))
    },
    resting: (): ReadonlyMap<string, number> => new Map(shadows.flatMap((models) => [...models.resting()])),
  }
}
