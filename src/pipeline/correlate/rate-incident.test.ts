import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { doneAfterLogin } from '../../schema/detection/telling-evidence.ts'
import { riskLevel, severities } from '../../schema/severity.ts'
import { assessAlert } from '../triage/assess.ts'
import { alert, at, attack } from './alert.fake.ts'
import { rateIncident } from './rate-incident.ts'

const triaged = (one: Alert): Alert => ({ ...one, triage: assessAlert(one, 0) })
const guessing = triaged(attack('203.0.113.9', 286, 0, 60))
const withRole = (id: string, role: string, facts: Partial<Alert>): Alert =>
  triaged(alert(id, 61, 62, { ...facts, evidence: [{ event_id: id, time: at(61), line: id, role }] }))
const login = withRole('login', 'the login that succeeded', { type: 'unauthorized_access', detectors: ['sequence'] })
const deed = withRole('deed', doneAfterLogin, { detectors: ['sigma'], techniques: ['T1136'] })

describe('the rating of an incident', () => {
  it('is that of its chain, not of its riskiest alert', () => {
    const [tried, entered, went] = [[guessing], [guessing, login], [guessing, login, deed]].map(rateIncident)
    expect(tried).toMatchObject({ severity: 'high', verdict: 'suspicious' })
    expect(entered).toMatchObject({ severity: 'critical', verdict: 'likely_malicious' })
    expect(went).toMatchObject({
      severity: 'critical',
      verdict: 'likely_malicious',
      confidence: 0.9,
      verdict_reasons: [
        'the attacker logged in and continued',
        '3 stages of an attack: password guessing, initial access, persistence',
        '2 detectors agree',
        'threat intelligence was not asked, so the other weights replace its 30 %',
      ],
    })
    expect(went?.risk_score).toBeGreaterThanOrEqual(90)
  })

  it('shares the weight of threat intelligence among the other weights where nobody asked it', () => {
    const one = alert('a', 0, 1, { severity: 'medium', type: 'other' })
    const asked: Alert = {
      ...triaged(one),
      triage: {
        ...assessAlert(one, 0),
        breakdown: { ...assessAlert(one, 0).breakdown, threat_intel: { score: 0, weight: 0.3, sources_queried: 2 } },
      },
    }
    // 50 × 30 % + 50 × 20 % + 50 × 20 % = 35, and 35 / 70 % = 50, within the range of medium.
    expect(asked.triage?.risk_score).toBe(35)
    expect(rateIncident([asked])).toMatchObject({ risk_score: 50, verdict_reasons: ['no threat list has it'] })
    expect(rateIncident([triaged(one)])).toMatchObject({
      risk_score: 55,
      verdict_reasons: ['threat intelligence was not asked, so the other weights replace its 30 %'],
    })
  })

  it('sorts alike by severity and by risk, and never falls for one more alert', () => {
    const some = fc.record({
      severity: fc.constantFrom(...severities),
      type: fc.constantFrom<Alert['type']>('anomaly', 'brute_force', 'malware', 'other'),
      detector: fc.constantFrom('sequence', 'sigma', 'baseline'),
    })
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 6 }), (facts) => {
        const alerts = facts.map(({ severity, type, detector }, index) =>
          triaged(alert(`a${index}`, index, index + 1, { severity, type, detectors: [detector] })),
        )
        const whole = rateIncident(alerts)
        const part = rateIncident(alerts.slice(1))
        expect(riskLevel(whole.risk_score)).toBe(whole.severity)
        expect(whole.risk_score).toBeGreaterThanOrEqual(part.risk_score)
        expect(whole.confidence).toBeGreaterThanOrEqual(part.confidence ?? 0)
      }),
      { seed: 1, numRuns: runs(200) },
    )
  })
})
