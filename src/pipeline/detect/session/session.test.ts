import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../lib/random/random.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { session } from './session.ts'

const runtime = { fetch, log: { debug() {}, info() {}, warn() {}, error() {} }, signal: new AbortController().signal }
const make = (now: () => number) => session.create(session.options.parse({}), { ...runtime, now })
const minute = 60_000

/** The lines of one request. */
const request = (number: number, start: number, steps: readonly string[]): Event[] =>
  steps.map((step, index) =>
    someEvent(number * 100 + index, start + index * 50, {
      message: step,
      stream: 'shop/web-01/checkout',
      template: { id: `t-${step.replaceAll(' ', '-')}`, text: step },
      fields: {
        'trace.id': `trace-${number}`,
        'service.name': 'checkout',
        'host.name': 'web-01',
        'source.ip': '203.0.113.9',
      },
    }),
  )

const steps = (number: number): string[] => {
  const reads = 1 + createRandom(number).below(3)
  return [
    'request received',
    ...Array.from({ length: reads }, () => 'cart read'),
    'card charged',
    'order stored',
    'answer sent',
  ]
}
const usual = (from: number, count: number, start: number): Event[] =>
  Array.from({ length: count }, (_, n) => request(from + n, start + n * 4000, steps(from + n))).flat()

const normal = usual(0, 600, someTime)
const after = someTime + 600 * 4000
const anomalous = [
  ...request(9001, after, [
    'request received',
    'cart read',
    'card charged',
    'card charged',
    'card charged',
    'answer sent',
  ]),
  ...usual(700, 200, after + 1000),
]

describeDetector('session', {
  make,
  normal,
  anomalous,
  moreNormal: usual(2000, 300, after),
  *flood(count) {
    for (let n = 0; n < count; n++) yield* request(10_000 + n, after + n * 500, [`step ${n % 50}`])
  },
})

describe('the detector session', () => {
  const run = (events: readonly Event[]) => {
    const detector = make(() => after)
    detector.detect(normal)
    return detector.detect(events)
  }

  it('reports how the session deviates, with its lines', () => {
    const [found, ...others] = run(anomalous)
    expect(others).toEqual([])
    expect(found).toMatchObject({
      severity: 'low',
      learning: false,
      event_count: 6,
      title: expect.stringMatching(/^Unusual checkout session: “(card charged|order stored)”/),
      sentence: expect.stringContaining('(trace.id trace-9001) deviates from the 5'),
    })
    expect(found?.sentence).toMatch(/"(card charged|order stored)" (came 3 times|is missing)/)
    expect(found?.evidence.map(({ line }) => line)).toContain('request received')
  })

  it('reports nothing for a long-running program', () => {
    const going = Array.from({ length: 3000 }, (_, n) =>
      someEvent(50_000 + n, someTime + n * 1000, { fields: { 'process.pid': 81, 'process.name': 'nginx' } }),
    )
    const detector = make(() => someTime)
    for (let at = 0; at < going.length; at += 500) {
      const batch = going.slice(at, at + 500)
      expect(detector.detect(batch)).toEqual([])
    }
  })

  it('scores open sessions when no more events come', () => {
    let time = after
    const detector = make(() => time)
    detector.detect(normal)
    const last = request(9002, after, ['answer sent', 'request received', 'request received', 'order stored'])
    expect(detector.detect(last)).toEqual([])
    time += 20 * minute
    expect(detector.detect([])).toEqual([])
    expect(detector.detect([])).toHaveLength(1)
  })
})
