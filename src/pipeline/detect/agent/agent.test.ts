import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../../component.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event, Fields } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { agentDetector } from './agent.ts'
import { compileAgent } from './agent-reader.ts'
import { bundledAgent, someLine } from './agents.fake.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = (now: () => number): Runtime => ({ now, fetch, log, signal: new AbortController().signal })
const ids = ['wifi', 'dns', 'network', 'system', 'log_level', 'threshold']
const create = (agents: readonly string[], now: () => number) =>
  agentDetector(agents.map(bundledAgent)).create({ max_places: 200 }, runtime(now))

let number = 0
const line = (seconds: number, program: string, message: string, fields: Fields = {}) =>
  someLine(number++, someTime + seconds * 1000, program, message, fields)
const times = (count: number, event: (i: number) => Event) => Array.from({ length: count }, (_, i) => event(i))
const mac = (i: number) =>
  `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`

/** Returns the newest finding of each anomaly type. */
const detectAll = (agents: readonly string[], events: readonly Event[]): Detection[] => {
  let now = 0
  const detector = create(agents, () => now)
  const found = new Map<string, Detection>()
  for (const batch of [...events.map((event) => [event]), []]) {
    for (const { time } of batch) now = Math.max(now, time)
    for (const detection of detector.detect(batch)) found.set(detection.id, detection)
  }
  return [...found.values()]
}
const findingsOf = (agents: readonly string[], events: readonly Event[]) =>
  detectAll(agents, events).map(({ agent, severity }) => [
    agent?.anomaly_type,
    agent?.severity,
    agent?.confidence,
    severity,
  ])

describeDetector('agent', {
  make: (now) => create(ids, now),
  normal: times(1_000, (i) => line(i * 30, 'hostapd', `wlan0: STA ${mac(i % 8)} IEEE 802.11: associated`)),
  moreNormal: times(300, (i) => line(30_000 + i * 30, 'hostapd', `wlan0: STA ${mac(i % 8)} IEEE 802.11: associated`)),
  anomalous: times(40, (i) => line(30_000 + i, 'hostapd', `wlan0: STA ${mac(1)} IEEE 802.1X: authentication failed`)),
  *flood(count) {
    for (let i = 0; i < count; i++) {
      yield someEvent(i, someTime + i * 100, {
        message: `wlan0: STA ${mac(i)} authentication failed`,
        fields: { 'process.name': 'hostapd', 'host.name': `ap-${i}` },
      })
    }
  },
})

describe('the thresholds of the agents', () => {
  const failures = (count: number) =>
    times(count, (i) => line(i, 'hostapd', `wlan0: STA ${mac(1)} AUTHENTICATION FAILED`))
  const deauths = (count: number) => times(count, (i) => line(i, 'hostapd', `wlan0: STA ${mac(1)} Deauthenticated`))
  const beacons = (count: number) => times(count, (i) => line(i, 'hostapd', 'wlan0: Beacon received'))
  const macs = (count: number) => times(count, (i) => line(i, 'hostapd', `wlan0: STA ${mac(i)} associated`))
  const queries = (count: number) =>
    times(count, (i) => line(i / 10, 'dnsmasq', `query[A] a${i}.example from 10.0.0.9`))
  const blocked = (count: number) => times(count, (i) => line(i, 'ufw', `[UFW BLOCK] SRC=203.0.113.9 DPT=${i % 5}`))
  const rates = (good: number, bad: number) => [
    ...times(good + bad, (i) => line(i, 'named', `client 10.0.0.9: query: a${i}.example IN A +`)),
    ...times(bad, (i) => line(200 + i, 'named', `a${i}.example: SERVFAIL`)),
  ]
  const slow = (ms: number) => times(20, (i) => line(i, 'named', `answered a${i}.example after ${ms} ms`))

  it.each([
    ['5 failed authentications', failures(5), []],
    ['6 failed authentications', failures(6), [['auth_failure', 3, 0.9, 'medium']]],
    ['12 failed authentications', failures(12), [['auth_failure', 5, 0.9, 'critical']]],
    ['10 deauthentications', deauths(10), []],
    ['11 deauthentications', deauths(11), [['deauth_flood', 2, 0.9, 'low']]],
    ['100 beacons', beacons(100), []],
    ['101 beacons', beacons(101), [['beacon_flood', 2, 0.7, 'low']]],
    ['20 addresses', macs(20), []],
    ['21 addresses', macs(21), [['mac_spoofing', 4, 0.6, 'high']]],
    ['1,000 queries', queries(1000), []],
    ['1,001 queries', queries(1001), [['dns_query_flood', 5, 0.8, 'critical']]],
    ['errors of exactly 10 %', rates(90, 10), []],
    ['errors of 11 %', rates(89, 11), [['dns_high_error_rate', 4, 0.8, 'high']]],
    ['answers after 5,000 ms', slow(5000), []],
    ['answers after 5,001 ms', slow(5001), [['dns_slow_response', 3, 0.7, 'medium']]],
    ['100 blocked connections', blocked(100), []],
    ['101 blocked connections', blocked(101), [['firewall_high_blocked', 5, 0.8, 'critical']]],
    ['1 error', [line(0, 'cron', 'an error')], [['high_error_rate', 1, 0.7, 'info']]],
    ['10 errors', times(10, (i) => line(i, 'cron', 'an ERROR')), [['high_error_rate', 2, 0.7, 'low']]],
    ['a processor at 90 %', [line(0, 'watchdog', 'CPU usage: 90%')], []],
    ['a processor at 91 %', [line(0, 'watchdog', 'CPU usage: 91%')], [['high_cpu', 3, 0.8, 'medium']]],
    ['a disk at 90 %', [line(0, 'nginx', 'disk usage 90 %')], []],
    ['a disk at 90.5 %', [line(0, 'nginx', 'disk usage 90.5 %')], [['high_disk', 4, 0.9, 'high']]],
  ])('%s', (_, events, expected) => {
    expect(findingsOf(['wifi', 'dns', 'network', 'system', 'threshold'], events)).toEqual(expected)
  })

  it.each([
    ['wifi', 5],
    ['dns', 10],
    ['network', 20],
    ['system', 15],
    ['log_level', 5],
    ['threshold', 5],
  ])('apply within the window of %s: %i minutes', (id, minutes) => {
    const { step, steps } = compileAgent(bundledAgent(id))
    expect(step * steps).toBe(minutes * 60_000)
  })

  it('count what lies within five minutes', () => {
    const slowly = times(30, (i) => line(i * 70, 'hostapd', 'wlan0: STA authentication failed'))
    expect(findingsOf(['wifi'], slowly)).toEqual([])
  })

  it("apply to the agent's programs only, in any case, and to kernel lines of the firewall", () => {
    expect(
      findingsOf(
        ['wifi'],
        times(20, (i) => line(i, 'sshd', 'authentication failed')),
      ),
    ).toEqual([])
    expect(
      findingsOf(
        ['wifi'],
        times(6, (i) => line(i, '/usr/sbin/HostAPd', 'authentication failed')),
      ),
    ).toHaveLength(1)
    const kernel = times(101, (i) => line(i, 'kernel', '[UFW BLOCK] IN=eth0 SRC=203.0.113.9'))
    expect(findingsOf(['network'], kernel)).toEqual([['firewall_high_blocked', 5, 0.8, 'critical']])
  })

  it('apply to each device alone', () => {
    const shared = times(10, (i) =>
      line(i, 'hostapd', 'wlan0: STA authentication failed', { 'host.name': `ap-${i % 2}` }),
    )
    expect(findingsOf(['wifi'], shared)).toEqual([])
  })

  it('report all counts with their lines', () => {
    const events = times(15, (i) =>
      line(
        i,
        'hostapd',
        `wlan0: STA ${mac(i % 3)} disassociated, authentication failed, reason ${i % 2 === 0 ? 8 : 4}`,
      ),
    )
    const [found] = detectAll(['wifi'], events)
    expect(found).toMatchObject({
      title: '15 failed Wi-Fi authentications on router',
      sentence:
        'Wi-Fi agent: router had 15 failed Wi-Fi authentications within 5 minutes; the limit is 5. Somebody may be guessing the password, or a device still has an old one.',
      usual: 'at most 5',
      type: 'brute_force',
      event_count: 15,
      stream: 'netmonitor/router/wifi',
      agent: {
        agent_name: 'wifi',
        device_id: 7,
        features: {
          log_count: 15,
          auth_failures: 15,
          disassociation_events: 15,
          unique_mac_count: 3,
          reason_codes: { 4: 7, 8: 8 },
        },
      },
    })
    expect(found?.evidence).toHaveLength(6)
  })

  it('report a recurrence as another finding', () => {
    const burst = (from: number) => times(8, (i) => line(from + i, 'hostapd', 'wlan0: STA authentication failed'))
    const found = detectAll(['wifi'], [...burst(0), line(400, 'hostapd', 'started'), ...burst(1_000)])
    expect(found.map(({ event_count }) => event_count)).toEqual([8, 8])
    expect(new Set(found.map(({ dedup_key }) => dedup_key)).size).toBe(1)
  })

  it('end a finding when its device falls silent', () => {
    const burst = (from: number) => times(8, (i) => line(from + i, 'hostapd', 'wlan0: STA authentication failed'))
    expect(detectAll(['wifi'], [...burst(0), ...burst(86_400)]).map(({ event_count }) => event_count)).toEqual([8, 8])
  })

  it('follow a clock that goes back', () => {
    const before = times(50, (i) => line(i * 10, 'hostapd', 'wlan0: associated'))
    const earlier = times(40, (i) => line(-86_400 + i, 'hostapd', 'wlan0: authentication failed'))
    expect(findingsOf(['wifi'], [...before, ...earlier])).toEqual([['auth_failure', 5, 0.9, 'critical']])
  })
})

describe('the log level agent', () => {
  const at = (seconds: number, level: string, message = 'it broke') =>
    line(seconds, 'app', message, { 'log.level': level })

  it('reports each level with its severity', () => {
    expect(findingsOf(['log_level'], [at(0, 'error'), at(1, 'crit'), at(2, 'warning'), at(3, 'info')])).toEqual([
      ['error_log_detected', 4, 1, 'high'],
      ['critical_log_detected', 5, 1, 'critical'],
      ['warning_log_detected', 3, 1, 'medium'],
    ])
  })

  it('adds lines within the cooldown to the same finding', () => {
    const found = detectAll(['log_level'], [at(0, 'error'), at(299, 'error'), at(300, 'error')])
    expect(found.map(({ value }) => value)).toEqual(['2 error lines', '1 error line'])
  })

  it.each([
    [9, 'error', 4],
    [10, 'error', 5],
    [20, 'warning', 3],
  ])('escalates %i lines of level %s to %i', (count, level, severity) => {
    const found = detectAll(
      ['log_level'],
      times(count, (i) => at(i, level)),
    )
    expect(found.map(({ agent, event_count }) => [agent?.severity, event_count])).toEqual([[severity, count]])
  })

  it('applies include and exclude patterns', () => {
    const agent = bundledAgent('log_level')
    const rules = { ...agent.analysis_rules, include_patterns: ['disk'], exclude_patterns: ['test'] }
    const detector = agentDetector([{ ...agent, analysis_rules: rules }]).create(
      { max_places: 9 },
      runtime(() => 0),
    )
    const found = detector.detect([at(0, 'error', 'no Disk'), at(1, 'error', 'disk test'), at(2, 'error', 'net')])
    expect(found.map(({ value }) => value)).toEqual(['1 error line'])
  })
})

describe('an agent that only learns', () => {
  const learning = (enable_fallback: boolean) => {
    const wifi = bundledAgent('wifi')
    const rules = { ...wifi.analysis_rules, fallback_rules: { ...wifi.analysis_rules.fallback_rules, enable_fallback } }
    return agentDetector([{ ...wifi, agent_type: 'ml_based', analysis_rules: rules }]).create(
      { max_places: 9 },
      runtime(() => 0),
    )
  }
  const macs = (count: number) => times(count, (i) => line(i, 'hostapd', `STA ${mac(i)}`))

  it('uses its fallback rules if enabled', () => {
    expect(learning(true).detect(macs(50))).toEqual([])
    expect(
      learning(true)
        .detect(macs(51))
        .map(({ agent }) => agent?.anomaly_type),
    ).toEqual(['mac_spoofing'])
    expect(learning(false).detect(macs(51))).toEqual([])
  })
})

it('continues where it was after a restart', () => {
  const events = times(12, (i) => line(i, 'hostapd', 'wlan0: STA authentication failed'))
  const before = create(['wifi'], () => someTime)
  before.detect(events.slice(0, 5))
  const after = create(['wifi'], () => someTime)
  after.restore?.(before.save?.() ?? new Uint8Array())
  expect(after.detect(events.slice(5)).map(({ agent }) => agent?.severity)).toEqual([5])
})
