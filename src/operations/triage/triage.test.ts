import { beforeEach, describe, expect, it } from 'vitest'
import { assessAlert } from '../../pipeline/triage/assess.ts'
import { createHistory } from '../../pipeline/triage/history.ts'
import { riskOptions } from '../../pipeline/triage/risk.ts'
import type { Actor } from '../../schema/account/role.ts'
import { openStore } from '../../store/open-store.ts'
import { sampleAlert } from '../../store/samples.conformance.ts'
import { findSimilarAlerts } from '../alerts/find-similar-alerts.ts'
import { getAlert } from '../alerts/get-alert.ts'
import { previewRisk } from './preview-risk.ts'
import { reviewTriage } from './review-triage.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const actor: Actor = { name: 'noor', role: 'analyst' }

const open = async () => {
  const now = () => Date.UTC(2026, 2, 2)
  const store = await openStore('sqlite::memory:', { now, log })
  const judged = { ...sampleAlert(1), triage: assessAlert(sampleAlert(1), now()) }
  await store.transaction(async (tx) => {
    await store.alerts.save([judged, sampleAlert(2)], tx)
    await store.triageResults.save([{ alertId: judged.id, result: judged.triage }], tx)
  })
  return { store, now, actor, judged, risk: riskOptions.parse({}) }
}

describe('a what-if of the risk', () => {
  let deps: Awaited<ReturnType<typeof open>>
  beforeEach(async () => {
    deps = await open()
  })

  it('starts from the inputs of the alert, and shows both calculations', async () => {
    const { before, after, difference } = await previewRisk.run(
      { alert_id: deps.judged.id, inputs: { asset_criticality: 'critical', similar: 6 }, risk: {} },
      deps,
    )
    expect(before.risk_score).toBe(deps.judged.triage.risk_score)
    expect(before.arithmetic).toBe(
      '80×30% severity high + 0×30% threat intelligence (0 asked) + 50×20% asset unknown + 70×20% exploitability = 48 × 0.9 brute_force × 1 history not known = 43.2 → 43',
    )
    expect(after.arithmetic).toContain('100×20% asset critical')
    expect(after.arithmetic).toContain('× 1.2 6 similar before')
    expect(difference).toBe(after.risk_score - 43)
  })

  it('takes other weights, and refuses those that cannot be', async () => {
    const risk = { weights: { severity: 60, threat_intel: 0 } }
    const { after } = await previewRisk.run({ inputs: { type: 'malware', severity: 'high' }, risk }, deps)
    expect(after.risk_score).toBe(84)
    const wrong = previewRisk.run({ inputs: {}, risk: { weights: { severity: 90 } } }, deps)
    await expect(wrong).rejects.toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
    const unknown = previewRisk.run({ inputs: {}, risk: { colours: { red: 1 } } }, deps)
    await expect(unknown).rejects.toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  it('says what it cannot begin with', async () => {
    await expect(previewRisk.run({ alert_id: 'none', inputs: {}, risk: {} }, deps)).rejects.toThrow(
      'Alert "none" not found',
    )
    const unjudged = previewRisk.run({ alert_id: sampleAlert(2).id, inputs: {}, risk: {} }, deps)
    await expect(unjudged).rejects.toThrow('not been triaged')
  })
})

describe('a review of a verdict', () => {
  it('is stored beside the triage result, survives another triage, and is audited', async () => {
    const deps = await open()
    const { id, triage } = deps.judged
    await reviewTriage.run({ id, verdict: 'benign', notes: 'Our scanner.' }, deps)
    await deps.store.transaction((tx) => deps.store.triageResults.save([{ alertId: id, result: triage }], tx))

    const shown = await getAlert.run({ id }, deps)
    expect(shown.triage).toEqual({
      ...triage,
      review: { reviewer: 'noor', verdict: 'benign', notes: 'Our scanner.', reviewed_at: '2026-03-02T00:00:00.000Z' },
    })
    expect(shown.history[0]).toMatchObject({ actor: 'noor', action: 'review', new_values: { verdict: 'benign' } })
    const row = await deps.store.connections.read.selectFrom('triage_results').selectAll().executeTakeFirst()
    expect(row).toMatchObject({ human_reviewer: 'noor', human_review_notes: 'Our scanner.', verdict: triage.verdict })
  })

  it('needs a triaged alert and its current version', async () => {
    const deps = await open()
    const review = (id: string, version?: number) =>
      reviewTriage.run({ id, verdict: 'benign', notes: '', version }, deps)
    await expect(review('none')).rejects.toThrow('Alert "none" not found')
    await expect(review(sampleAlert(2).id)).rejects.toThrow('not been triaged')
    await expect(review(deps.judged.id, 7)).rejects.toThrow('version 1, not 7')
  })
})

describe('alerts like another', () => {
  it('are found by an alert or a description, with what they have in common', async () => {
    const deps = await open()
    const history = createHistory(deps.store.alerts.recent)
    const options = { top_k: 5, min_similarity: 0.5 }
    const { data } = await findSimilarAlerts.run({ id: deps.judged.id, ...options }, { ...deps, history })
    expect(data.map(({ alert }) => alert.id)).toEqual([sampleAlert(2).id])
    expect(data[0]?.matched).toContain('user:root')
    const described = { type: 'brute_force', entities: [{ type: 'user', value: 'ROOT' }] } as const
    const alike = await findSimilarAlerts.run(
      { alert: { ...described, entities: [...described.entities] }, ...options, min_similarity: 0.1 },
      { ...deps, history },
    )
    expect(alike.data).toHaveLength(2)
  })

  it('need exactly one thing to be like', async () => {
    const deps = await open()
    const history = createHistory(deps.store.alerts.recent)
    const ask = (input: { id?: string }) =>
      findSimilarAlerts.run({ ...input, top_k: 5, min_similarity: 0.5 }, { ...deps, history })
    await expect(ask({})).rejects.toThrow('Give either the ID')
    await expect(ask({ id: 'none' })).rejects.toThrow('Alert "none" not found')
  })
})
