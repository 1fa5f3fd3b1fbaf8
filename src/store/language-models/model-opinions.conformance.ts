import { describe, expect, it } from 'vitest'
import type { ModelOpinion } from '../../schema/triage/triage-result.ts'
import type { OpenStore } from '../open-store.ts'

const begin = Date.UTC(2026, 0, 5, 8)

const opinion = (facts: Partial<ModelOpinion>): ModelOpinion => ({
  status: 'answered',
  reason: null,
  provider: 'local',
  model: 'm',
  prompt: 'triage@1',
  input_hash: 'h',
  input_tokens: 10,
  output_tokens: 5,
  cost_usd: 0.25,
  duration_ms: 1_000,
  redactions: 0,
  secrets: 0,
  claims_dropped: 0,
  dropped: [],
  verdict: 'suspicious',
  risk_level: 'medium',
  summary: 'ä',
  claims: [],
  proposed: [],
  details: {},
  raised: null,
  suspected_injection: [],
  attempts: [],
  asked_at: new Date(begin).toISOString(),
  ...facts,
})

/** Checks what every database must do for what language models say. `open` gives an empty store. */
export const describeModelOpinionStore = (name: string, open: (now: () => number) => Promise<OpenStore>) => {
  describe(`what models say in the store ${name}`, () => {
    it('stores the latest opinion per model and alert, until it is removed', async () => {
      const store = await open(() => begin)
      const { modelOpinions } = store
      const rules = { verdict: 'malicious', risk_level: 'high' } as const
      const other = opinion({ provider: 'other', verdict: null, asked_at: new Date(begin + 10).toISOString() })
      await modelOpinions.save({ alertId: 'a', opinion: opinion({ verdict: 'benign' }), rules })
      await modelOpinions.save({ alertId: 'a', opinion: opinion({}), rules })
      await modelOpinions.save({ alertId: 'a', opinion: other, rules })
      expect(await modelOpinions.since(begin, 10)).toEqual([
        { alertId: 'a', opinion: other, rules },
        { alertId: 'a', opinion: opinion({}), rules },
      ])
      expect(await modelOpinions.of('a')).toEqual([
        { alertId: 'a', opinion: opinion({}), rules },
        { alertId: 'a', opinion: other, rules },
      ])
      expect(await modelOpinions.of('b')).toEqual([])
      expect(await modelOpinions.since(begin, 1)).toHaveLength(1)
      expect(await modelOpinions.since(begin + 11, 10)).toEqual([])
      await modelOpinions.forget(begin + 10)
      expect(await modelOpinions.since(0, 10)).toEqual([{ alertId: 'a', opinion: other, rules }])
      await store.close()
    })
  })
}
