import { describe, expect, it } from 'vitest'
import type { Log } from '../../component.ts'
import { assessAlert, fromAlert } from './assess.ts'
import { isInternal } from './network.ts'
import { triagerRegistry } from './registry.ts'
import { createTriage, keepResults } from './triage.ts'
import { describeTriager, someAlert } from './triager.conformance.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = { now: () => 0, fetch, log, signal: new AbortController().signal }

describeTriager('risk', () => triagerRegistry().create('risk', {}, runtime))

describe('fromAlert', () => {
  const addresses = (...values: string[]) =>
    fromAlert(someAlert({ entities: values.map((value) => ({ type: 'ip', value })) })).network

  it('knows inside from outside', () => {
    expect(addresses('10.1.2.3', 'fd00::1')).toEqual({ internal: true })
    expect(addresses('10.1.2.3', '203.0.113.9')).toEqual({ internal: false })
    expect(addresses()).toBeUndefined()
    expect(addresses('not an address')).toBeUndefined()
    expect(isInternal('::ffff:192.168.1.4')).toBe(true)
  })
})

describe('assessAlert', () => {
  it('calls thin evidence inconclusive', () => {
    expect(assessAlert(someAlert({ learning: true }), 0).verdict).toBe('inconclusive')
  })

  it('calls an attack that went through likely malicious, and says first whom to ask', () => {
    const evidence = [
      ...someAlert().evidence,
      {
        event_id: '0-9',
        time: '2024-12-10T06:59:59.000Z',
        line: 'Accepted password',
        role: 'the login that succeeded',
      },
    ]
    const result = assessAlert(someAlert({ evidence }), 0)
    expect(result.verdict).toBe('likely_malicious')
    expect(result.recommended_actions[0]).toContain('Ask the owner')
  })

  it('says what was seen, what is usual, and that nothing speaks against it', () => {
    expect(assessAlert(someAlert(), 0).reasons).toEqual([
      '+ failed logins per hour: 286, usually 0–3',
      '+ an address from outside takes part',
      '− no counter-evidence found',
    ])
  })

  it('takes in what is known from elsewhere', () => {
    const known = { threatIntel: { aggregateScore: 90, sources: 4, detectedBy: 3 }, similar: 7 }
    const alone = assessAlert(someAlert({ severity: 'critical' }), 0)
    const informed = assessAlert(someAlert({ severity: 'critical' }), 0, known)
    expect(informed.risk_score).toBeGreaterThan(alone.risk_score)
    expect(informed.verdict).toBe('likely_malicious')
    expect(informed.confidence).toBe(1)
  })
})

describe('the triage stage', () => {
  const delivery = { id: 'job', attempt: 1, signal: runtime.signal, transaction: async () => 'tx' }

  it('answers by the formula when the triager fails', async () => {
    const failing = { name: 'model', judge: () => Promise.reject(new Error('no answer')) }
    const [judged] = await createTriage(failing, { now: () => 0, log })([someAlert()], delivery)
    expect(judged?.triage).toMatchObject({ verdict: 'suspicious', requires_human_review: true })
  })

  it('keeps the results under the ids of their alerts', async () => {
    const kept: string[] = []
    const results = keepResults({
      save: async (rows: readonly { alertId: string }[], _tx: string) => {
        for (const { alertId } of rows) kept.push(alertId)
      },
    })
    await results.save([someAlert(), someAlert({ id: 'a2', triage: assessAlert(someAlert(), 0) })], 'tx')
    expect(kept).toEqual(['a2'])
  })
})
