import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alertTypes } from '../../schema/detection/detection.ts'
import { severities } from '../../schema/severity.ts'
import { assessRisk, type RiskInput, riskOptions } from './risk.ts'

const internal = { internal: true }
const external = { internal: false }
const intel = (aggregateScore: number, sources: number, detectedBy: number) => ({ aggregateScore, sources, detectedBy })

const vectors: readonly [string, RiskInput, readonly [number, string, number, boolean]][] = [
  ['nothing known around it', { type: 'malware', severity: 'high' }, [55, 'medium', 0.5, true]],
  [
    'everything speaks against it',
    {
      type: 'malware',
      severity: 'critical',
      threatIntel: intel(90, 4, 3),
      asset: { criticality: 'critical' },
      network: external,
    },
    [100, 'critical', 0.8, true],
  ],
  [
    'an internal guess at a machine of little worth',
    { type: 'brute_force', severity: 'medium', asset: { criticality: 'low' }, network: internal },
    [27, 'low', 0.5, false],
  ],
  [
    'privileged, external, often before',
    {
      type: 'data_exfiltration',
      severity: 'high',
      threatIntel: intel(50, 2, 0),
      asset: { criticality: 'high' },
      network: external,
      user: { title: 'Domain Admin' },
      similar: 6,
    },
    [100, 'critical', 0.85, true],
  ],
  ['known to be new', { type: 'anomaly', severity: 'info', similar: 0 }, [16, 'info', 0.5, false]],
  ['not known whether new', { type: 'anomaly', severity: 'info' }, [18, 'info', 0.5, false]],
  [
    'one list knows it',
    { type: 'phishing', severity: 'medium', threatIntel: intel(70, 3, 1) },
    [61, 'medium', 0.8, true],
  ],
  [
    'a bad reputation',
    {
      type: 'unauthorized_access',
      severity: 'low',
      asset: { criticality: 'medium' },
      network: { internal: false, reputation: 80 },
    },
    [42, 'medium', 0.5, true],
  ],
  [
    'an external attack',
    { type: 'ddos', severity: 'high', asset: { criticality: 'high' }, network: external },
    [54, 'medium', 0.5, false],
  ],
  ['nothing in particular', { type: 'other', severity: 'low' }, [29, 'low', 0.5, false]],
  ['an unknown type', { type: 'martian', severity: 'low' }, [50, 'medium', 0.5, true]],
]

describe('assessRisk', () => {
  it.each(vectors)('%s', (_name, input, [score, level, confidence, review]) => {
    const { risk_score, risk_level, confidence: sure, requires_human_review } = assessRisk(input, 0)
    expect([risk_score, risk_level, sure, requires_human_review]).toEqual([score, level, confidence, review])
  })

  it('stores the calculation', () => {
    const { breakdown, factors, risk_score } = assessRisk(
      { type: 'ddos', severity: 'high', asset: { criticality: 'high' }, network: external },
      0,
    )
    const { severity, threat_intel, asset_criticality, exploitability } = breakdown
    const base = [severity, threat_intel, asset_criticality, exploitability].reduce(
      (sum, { score, weight }) => sum + score * weight,
      0,
    )
    expect(Math.round(base * factors.type_multiplier * factors.historical_multiplier)).toBe(risk_score)
  })

  it('rejects weights that do not add up to 100', () => {
    expect(riskOptions.safeParse({ weights: { severity: 50 } }).success).toBe(false)
  })

  it('never lowers the score for more evidence', () => {
    const level = fc.constantFrom(...severities)
    fc.assert(
      fc.property(
        fc.constantFrom(...alertTypes),
        level,
        level,
        fc.nat(120),
        fc.nat(120),
        fc.nat(10),
        fc.nat(10),
        (type, a, b, intelA, intelB, similarA, similarB) => {
          const order = (x: number, y: number) => (x <= y ? [x, y] : [y, x]) as [number, number]
          const [milder, worse] = severities.indexOf(a) <= severities.indexOf(b) ? [a, b] : [b, a]
          const [less, more] = order(intelA, intelB)
          const [fewer, often] = order(similarA, similarB)
          const before: RiskInput = { type, severity: milder, similar: fewer, threatIntel: intel(less, 1, 0) }
          const score = (input: RiskInput) => assessRisk(input, 0).risk_score
          for (const after of [
            { ...before, severity: worse },
            { ...before, threatIntel: intel(more, 1, 0) },
            { ...before, similar: often },
            { ...before, network: internal },
            { ...before, network: external },
            { ...before, network: { internal: false, reputation: 90 } },
            { ...before, user: { title: 'root' } },
          ]) {
            expect(score(after)).toBeGreaterThanOrEqual(score(before))
          }
        },
      ),
    )
  })
})
