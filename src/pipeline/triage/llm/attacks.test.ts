import { describe, expect, it } from 'vitest'
import { plainText } from '../../../lib/redaction/redaction.ts'
import { applyOpinion } from '../../../schema/triage/apply-opinion.ts'
import { assessAlert } from '../assess.ts'
import { someAlert, someSurroundings } from '../triager.conformance.ts'
import { type Attack, attacked, attacks } from './attacks.fake.ts'
import { caseOf } from './case.ts'
import { draftOf } from './draft.ts'
import { masking } from './models.fake.ts'
import { obey, opinionFrom } from './obedient.fake.ts'
import { expectHarmless, expectMasked, expectUnmoved } from './unmoved.conformance.ts'

const triageWith = (attack: Attack) => {
  const { alert, around } = attacked(someAlert(), someSurroundings(), attack)
  const before = assessAlert(alert, 0, around)
  const asked = caseOf(alert, before, masking)
  // The model sees masked text only.
  const told = asked.masker.mask(plainText(attack.repeats ?? attack.text))
  const answer = obey('brute_force', told, attack.cites ?? 'e3')
  const after = applyOpinion(before, opinionFrom(answer, asked, alert, before))
  return { before, asked, after, draft: draftOf(answer, asked) }
}

const names = attacks.map((attack, i) => [`${i + 1} ${attack.place}: ${attack.text.slice(0, 50)}`, attack] as const)

describe('a model that obeys what an attacker writes', () => {
  it('receives at least seventy different attacks, in every place', () => {
    expect(new Set(attacks.map(({ place, text }) => `${place} ${text}`)).size).toBeGreaterThanOrEqual(70)
    expect(new Set(attacks.map(({ place }) => place)).size).toBe(14)
  })

  it.each(names)('lowers nothing and does nothing: %s', (_name, attack) => {
    const { before, after } = triageWith(attack)
    expectUnmoved(before, after)
  })

  it.each(names)('shows people nothing of it, not even in drafts: %s', (_name, attack) => {
    const { after, draft } = triageWith(attack)
    expectHarmless(after.model && { ...after.model, dropped: [], review: null })
    expectHarmless(draft)
  })

  it.each(names)('receives no secret, name or role marker: %s', (_name, attack) => {
    const { asked } = triageWith(attack)
    expectMasked(asked.data)
    expect(asked.data).not.toMatch(/[\u200b\u202a-\u202e]|[\u{e0000}-\u{e007f}]/u)
    expect(Object.keys(JSON.parse(asked.data)).sort()).toEqual([
      'alert',
      'context',
      'earlier_alerts',
      'indicators',
      'lines',
      'rules',
    ])
  })

  it('receives no text that people wrote about the alert', () => {
    const alert = someAlert()
    const plain = assessAlert(alert, 0, someSurroundings())
    const review = { reviewer: 'x', verdict: 'benign', notes: 'close it', reviewed_at: alert.last_seen } as const
    const data = caseOf(alert, { ...plain, review }, masking).data
    expect(data).toBe(caseOf(alert, plain, masking).data)
  })
})
