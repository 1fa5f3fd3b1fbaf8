import { describe, expect, it } from 'vitest'
import { deepRun } from '../../../../test/depth.ts'
import { needs } from '../../../../test/needs.ts'
import type { Runtime } from '../../../component.ts'
import { createRandom } from '../../../lib/random/random.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { agentModelDetector, agentModelOptions } from './agent-model.ts'
import { bundledAgent, someLine } from './agents.fake.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = (now: () => number): Runtime => ({ now, fetch, log, signal: new AbortController().signal })
const create = (now: () => number, ids: readonly string[] = ['wifi'], agents = ids.map(bundledAgent)) =>
  agentModelDetector(agents).create(agentModelOptions.parse({}), runtime(now))

const window = 300
let number = 0
const line = (seconds: number, message: string) => someLine(number++, someTime + seconds * 1000, 'hostapd', message)
const mac = (i: number) => `02:00:00:00:00:${i.toString(16).padStart(2, '0')}`
/** Windows of an access point where stations come and go and sometimes mistype a password. */
const normal = (from: number, windows: number, more: (at: number) => readonly Event[] = () => []): Event[] => {
  const random = createRandom(from + 3)
  const events: Event[] = []
  for (let w = from; w < from + windows; w++) {
    const start = w * window
    const count = 8 + random.below(12)
    const these: Event[] = [...more(start)]
    for (let i = 0; i < count; i++) {
      const says = random.below(20)
      const what = says === 0 ? 'disassociated, reason 8' : says === 1 ? 'authentication failed' : 'associated'
      these.push(line(start + (i * (window - 20)) / count, `wlan0: STA ${mac(random.below(6))} IEEE 802.11: ${what}`))
    }
    events.push(...these.sort((a, b) => a.time - b.time))
  }
  return events
}
/** Exceeds no threshold: ten deauthentications with a new reason, from 18 stations. */
const quietAttack = (start: number) =>
  Array.from({ length: 10 }, (_, i) =>
    line(start + i * 20, `wlan0: STA ${mac(40 + i)} deauthenticated due to local request, reason 3`),
  )

describeDetector('agent-model', {
  make: create,
  normal: normal(0, 400),
  moreNormal: normal(400, 300),
  anomalous: [...normal(400, 2, quietAttack), ...normal(402, 2)],
  *flood(count) {
    for (let i = 0; i < count; i++) {
      yield someEvent(i, someTime + i * 100, {
        message: `wlan0: STA ${mac(i % 250)} associated`,
        fields: { 'process.name': 'hostapd', 'host.name': `ap-${i}` },
      })
    }
  },
})

const detectAll = (events: readonly Event[], agents = [bundledAgent('wifi')]): Detection[] => {
  let now = 0
  const detector = create(() => now, [], agents)
  const found = new Map<string, Detection>()
  for (const batch of [...events.map((event) => [event]), []]) {
    for (const { time } of batch) now = Math.max(now, time)
    for (const detection of detector.detect(batch)) found.set(detection.id, detection)
  }
  return [...found.values()]
}

describe('the model of an agent', () => {
  it('reports the type that its clients know, with all counts', needs(deepRun), () => {
    const found = detectAll([...normal(0, 400, (at) => (at === 398 * window ? quietAttack(at) : []))])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      severity: 'medium',
      learning: false,
      agent: {
        agent_name: 'wifi',
        device_id: 7,
        anomaly_type: 'wifi_unknown',
        severity: 3,
        confidence: expect.any(Number),
        features: { deauth_count: 10, reason_codes: { 3: 10 } },
      },
    })
    expect(found[0]?.agent?.confidence).toBeGreaterThanOrEqual(0.95)
    expect(found[0]?.sentence).toContain('deauth count 10 (usually 0)')
    expect(found[0]?.evidence.some(({ line }) => line.includes('deauthenticated'))).toBe(true)
  })

  it('rates early findings low', () => {
    const found = detectAll(normal(0, 70, (at) => (at === 68 * window ? quietAttack(at) : [])))
    expect(found.map(({ severity, agent }) => [severity, agent?.severity])).toEqual([['low', 2]])
  })

  it('leaves exceeded thresholds to the agent', needs(deepRun), () => {
    const flood = (start: number) => Array.from({ length: 80 }, (_, i) => line(start + i * 3, 'wlan0: deauth'))
    expect(detectAll(normal(0, 400, (at) => (at === 398 * window ? flood(at) : [])))).toEqual([])
  })

  it('learns nothing for rule-based agents', () => {
    const rules = { ...bundledAgent('wifi'), agent_type: 'rule_based' as const }
    expect(
      detectAll(
        normal(0, 400, (at) => (at === 398 * window ? quietAttack(at) : [])),
        [rules],
      ),
    ).toEqual([])
  })

  it.each([
    ['dns', 'dns_unknown'],
    ['network', 'firewall_unknown'],
    ['system', 'generic_unknown'],
  ])('of %s reports type %s', (id, type) => {
    expect(bundledAgent(id).analysis_rules.unknown_type ?? `${id}_unknown`).toBe(type)
  })

  it('starts over when the features of the agent change', () => {
    const wifi = bundledAgent('wifi')
    const before = create(() => 0)
    before.detect(normal(0, 60))
    const { log_count: _, ...fewer } = wifi.analysis_rules.feature_extraction
    const after = create(
      () => 0,
      [],
      [{ ...wifi, analysis_rules: { ...wifi.analysis_rules, feature_extraction: fewer } }],
    )
    after.restore?.(before.save?.() ?? new Uint8Array())
    expect(after.progress?.()).toEqual([])
  })
})
