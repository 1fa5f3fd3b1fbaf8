import type { Severity } from '../../schema/severity.ts'
import type { ModelOpinion, Verdict } from '../../schema/triage/triage-result.ts'
import type { StoreConnections } from '../connect.ts'
import { fromJson, toJson } from '../json.ts'
import { upsert } from '../write-rows.ts'
import type { ModelOpinionRow } from './llm-tables.ts'

/** The verdicts of a language model and of the rules on one alert. */
export interface ComparedOpinion {
  readonly alertId: string
  readonly opinion: ModelOpinion
  readonly rules: { readonly verdict: Verdict; readonly risk_level: Severity }
}

/** Stores the last opinion of each language model on an alert. */
export interface ModelOpinionStore {
  save(compared: ComparedOpinion): Promise<void>
  /** The opinions on an alert, sorted by model. */
  of(alertId: string): Promise<readonly ComparedOpinion[]>
  /** The opinions since a time in ms, newest first. */
  since(from: number, limit: number): Promise<readonly ComparedOpinion[]>
  forget(before: number): Promise<void>
}

export const createModelOpinionStore = ({ read, write }: StoreConnections): ModelOpinionStore => ({
  async save({ alertId, opinion, rules }) {
    const row = {
      alert_id: alertId,
      provider: opinion.provider,
      model: opinion.model,
      asked_at: Date.parse(opinion.asked_at),
      verdict: opinion.verdict,
      risk_level: opinion.risk_level,
      rules_verdict: rules.verdict,
      rules_level: rules.risk_level,
      body: toJson(opinion),
    }
    await upsert(write, 'model_opinions', [row], { key: ['alert_id', 'provider'] })
  },

  async of(alertId) {
    const rows = await read
      .selectFrom('model_opinions')
      .selectAll()
      .where('alert_id', '=', alertId)
      .orderBy('provider')
      .execute()
    return rows.map(toCompared)
  },

  async since(from, limit) {
    const rows = await read
      .selectFrom('model_opinions')
      .selectAll()
      .where('asked_at', '>=', from)
      .orderBy('asked_at', 'desc')
      .orderBy('alert_id')
      .orderBy('provider')
      .limit(limit)
      .execute()
    return rows.map(toCompared)
  },

  async forget(before) {
    await write.deleteFrom('model_opinions').where('asked_at', '<', before).execute()
  },
})

const toCompared = ({ alert_id, body, rules_verdict, rules_level }: ModelOpinionRow): ComparedOpinion => ({
  alertId: alert_id,
  opinion: fromJson<ModelOpinion>(body),
  rules: { verdict: rules_verdict, risk_level: rules_level },
})
