import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInternal } from '../../lib/address/scope.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { alertTypes, type Evidence } from '../../schema/detection/detection.ts'
import { severities } from '../../schema/severity.ts'
import { triageResult } from '../../schema/triage/triage-result.ts'
import { assessAlert, fromAlert } from './assess.ts'
import { assessRisk, fromInputs } from './risk.ts'
import type { Surroundings } from './surroundings.ts'
import { someAlert, someSurroundings } from './triager.conformance.ts'

const breakIn: Evidence = {
  event_id: '0-9',
  time: '2024-12-10T06:59:59.000Z',
  line: 'Accepted password for dana from 203.0.113.9',
  role: 'the login that succeeded',
}

describe('fromAlert', () => {
  const addresses = (...values: string[]) =>
    fromAlert(someAlert({ entities: values.map((value) => ({ type: 'ip', value })) })).network

  it('distinguishes internal from external addresses', () => {
    expect(addresses('10.1.2.3', 'fd00::1')).toEqual({ internal: true })
    expect(addresses('10.1.2.3', '203.0.113.9')).toEqual({ internal: false })
    expect(addresses()).toBeUndefined()
    expect(addresses('not an address')).toBeUndefined()
    expect(isInternal('::ffff:192.168.1.4')).toBe(true)
  })

  it('takes precedence for a configured network', () => {
    const { context } = someSurroundings()
    const ours: Surroundings = {
      ...(context && { context: { ...context, surroundings: { network: { internal: true } } } }),
    }
    expect(fromAlert(someAlert(), ours).network).toEqual({ internal: true })
  })
})

describe('the card of an alert', () => {
  const claims = (alert: Alert, surroundings?: Surroundings) =>
    assessAlert(alert, 0, surroundings).claims.map(({ sign, text }) => `${sign} ${text}`)

  it('calls thin evidence inconclusive', () => {
    expect(assessAlert(someAlert({ learning: true }), 0).verdict).toBe('inconclusive')
  })

  it('calls a successful attack likely malicious, requires a review, and names the user to ask', () => {
    const user = { type: 'user', value: 'dana' } as const
    const alert = someAlert({
      evidence: [...someAlert().evidence, breakIn],
      entities: [...someAlert().entities, { type: 'user', value: 'root' }, user],
    })
    const result = assessAlert(alert, 0)
    expect(result.verdict).toBe('likely_malicious')
    expect(result.review_reasons).toEqual(['the login succeeded'])
    expect(result.recommended_actions[0]?.action).toBe(
      'Ask the owner of dana to confirm the login; otherwise lock the account and end its sessions.',
    )
    expect(result.claims.find(({ text }) => text.includes('succeeded'))?.evidence_ids).toEqual(['e3'])
  })

  it('states the observed and usual values, and that there is no counter-evidence', () => {
    expect(claims(someAlert())).toEqual([
      'for failed logins per hour: 286, usually 0–3',
      'for 203.0.113.9 is an external address',
      'against no counter-evidence found',
    ])
  })

  it('lists all known facts, with citations', () => {
    const result = assessAlert(someAlert(), 0, someSurroundings())
    expect(result).toMatchObject({ risk_score: 72, verdict: 'likely_malicious', confidence: 1 })
    expect(result.review_reasons).toEqual(['the risk score is 72', 'it is on 2 threat lists'])
    expect(result.claims.map(({ sign, text, evidence_ids }) => `${sign} ${text} [${evidence_ids.join(' ')}]`)).toEqual([
      'for failed logins per hour: 286, usually 0–3 [e1 e2]',
      'for 2 of 4 lists know 203.0.113.9 [i1 e1]',
      'for 203.0.113.9 is an external address [e1 e2]',
      'for web-01 is of critical importance [c1]',
      'for 4 similar earlier alerts, 1 confirmed [a1]',
      'against people dismissed 1 of 5 similar alerts [a1]',
      'against web-01 is tested at this hour [c1]',
    ])
    expect(result.references.map(({ id }) => id)).toEqual(['e1', 'e2', 'i1', 'c1', 'a1'])
    expect(result.summary).toBe(
      'One address failed to log in 286 times within an hour. 203.0.113.9 is known to be malicious, web-01 is of critical importance and 4 similar alerts came before it.',
    )
    expect(result.missing).toEqual(['whether a login on web-01 succeeded after 06:59 UTC'])
    expect(result.would_change.length).toBeGreaterThan(0)
  })

  it('names the entities in the actions', () => {
    const entities = [
      { type: 'host', value: 'web-01' },
      { type: 'hash', value: 'd41d8cd98f00b204e9800998ecf8427e' },
      { type: 'ip', value: '10.0.0.7' },
      { type: 'ip', value: '198.51.100.7' },
    ] as const
    const address_roles = { attacker: [{ ip: '198.51.100.7', events: 3, internal: false }] }
    const actions = assessAlert(
      someAlert({ type: 'malware', entities: [...entities], address_roles }),
      0,
    ).recommended_actions
    expect(actions.map(({ action, priority }) => `${priority}: ${action}`)).toEqual([
      'critical: Take web-01 off the network; leave it running for memory forensics.',
      'high: Look for d41d8cd98f00b204e9800998ecf8427e on other hosts.',
      'high: Block 198.51.100.7 at the edge.',
      'medium: Reinstall web-01, or restore a backup from before 2024-12-10T06:00 UTC.',
    ])
  })

  it('proposes to stop traffic only if an address is known', () => {
    const attack = { attacker: [{ ip: '203.0.113.9', events: 9, internal: false }] }
    const first = (entities: Alert['entities'], address_roles?: Alert['address_roles']) =>
      assessAlert(someAlert({ type: 'ddos', entities, address_roles }), 0).recommended_actions[0]?.action
    expect(first([{ type: 'ip', value: '203.0.113.9' }], attack)).toBe('Limit or drop the traffic from 203.0.113.9.')
    expect(first([{ type: 'host', value: 'web-01' }])).toBe(
      'Find out which resource ran out on web-01, and which program used it.',
    )
  })

  it('stores the inputs of the score, so that it can be calculated again', () => {
    for (const surroundings of [{}, someSurroundings()]) {
      const card = assessAlert(someAlert(), 0, surroundings)
      expect(card).toMatchObject(assessRisk(fromInputs(card.inputs), 0))
      const { base, threat_intel, history, model } = card.confidence_parts
      expect(card.confidence).toBeCloseTo(base + threat_intel + history + model)
    }
  })

  it('requires a review exactly if there is a reason', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...alertTypes),
        fc.constantFrom(...severities),
        fc.boolean(),
        (type, severity, known) => {
          const card = assessAlert(someAlert({ type, severity }), 0, known ? someSurroundings() : {})
          expect(card.requires_human_review).toBe(card.review_reasons.length > 0)
          expect(triageResult.safeParse(card).error).toBeUndefined()
        },
      ),
    )
  })

  it('never scores less for more evidence', () => {
    const external = { type: 'ip', value: '198.51.100.1' } as const
    const { context, intelligence, history } = someSurroundings()
    const more: readonly ((known: Known) => Known)[] = [
      ({ alert, around }) => ({ alert: { ...alert, evidence: [...alert.evidence, breakIn] }, around }),
      ({ alert, around }) => ({ alert: { ...alert, entities: [...alert.entities, external] }, around }),
      ({ alert, around }) => ({ alert: { ...alert, detectors: [...alert.detectors, 'sigma'] }, around }),
      ({ alert, around }) => ({
        alert: { ...alert, count: alert.count + 9, event_count: alert.event_count * 2 },
        around,
      }),
      ({ alert, around }) => ({ alert: { ...alert, learning: false }, around }),
      ({ alert, around }) => ({ alert, around: { ...around, ...(context && { context }) } }),
      ({ alert, around }) => ({ alert, around: { ...around, ...(intelligence && { intelligence }) } }),
      ({ alert, around }) => ({ alert, around: { ...around, ...(history && { history }) } }),
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...alertTypes),
        fc.constantFrom(...severities),
        fc.boolean(),
        fc.subarray([...more], { minLength: 1 }),
        (type, severity, learning, steps) => {
          let known: Known = { alert: someAlert({ type, severity, learning, entities: [] }), around: {} }
          let score = assessAlert(known.alert, 0, known.around).risk_score
          for (const step of steps) {
            known = step(known)
            const next = assessAlert(known.alert, 0, known.around).risk_score
            expect(next).toBeGreaterThanOrEqual(score)
            score = next
          }
        },
      ),
    )
  })
})

interface Known {
  readonly alert: Alert
  readonly around: Surroundings
}
