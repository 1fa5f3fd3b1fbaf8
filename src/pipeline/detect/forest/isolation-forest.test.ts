import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../../component.ts'
import { createRandom } from '../../../lib/random/random.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { isolationForest } from './isolation-forest.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = (now: () => number): Runtime => ({ now, fetch, log, signal: new AbortController().signal })
const make = (now: () => number) => isolationForest.create(isolationForest.options.parse({}), runtime(now))
const minute = 60_000

let number = 0
/** A service with a few users and occasional failures. */
const normal = (from: number, minutes: number): Event[] => {
  const random = createRandom(from + 7)
  const events: Event[] = []
  for (let m = from; m < from + minutes; m++) {
    const count = 6 + random.below(5)
    for (let i = 0; i < count; i++) {
      const user = random.below(4)
      events.push(
        someEvent(number++, someTime + (m + i / count) * minute, {
          message: `request ${random.below(5)} of user`,
          template: { id: `r${random.below(5)}`, text: 'request' },
          fields: {
            'service.name': 'web',
            'host.name': 'web-01',
            'user.name': `user${user}`,
            'source.ip': `10.0.0.${user}`,
            'event.outcome': random.below(40) === 0 ? 'failure' : 'success',
            'log.level': random.below(60) === 0 ? 'error' : 'info',
          },
        }),
      )
    }
  }
  return events
}
/** The usual number of lines, but of many users and addresses, and half of them failures. */
const anomalous = (from: number, minutes: number): Event[] =>
  normal(from, minutes).map((event, i) => ({
    ...event,
    fields: {
      ...event.fields,
      'user.name': `stranger${i % 40}`,
      'source.ip': `203.0.113.${i % 40}`,
      'event.outcome': i % 2 === 0 ? 'failure' : 'success',
    },
  }))

describeDetector('isolation-forest', {
  make,
  normal: normal(0, 1000),
  moreNormal: normal(1000, 200),
  anomalous: [...anomalous(1000, 15), ...normal(1015, 10)],
  *flood(count) {
    for (let i = 0; i < count; i++) yield someEvent(i, someTime + i * 100, { stream: `auth/host-${i}/web` })
  },
})

describe('isolation-forest', () => {
  it('names the unusual features of minutes, with their usual range', () => {
    let now = 0
    const detector = make(() => now)
    const take = (events: readonly Event[]) => {
      for (const event of events) now = Math.max(now, event.time)
      return detector.detect(events)
    }
    expect(take(normal(0, 1000))).toEqual([])
    const found = take([...anomalous(1000, 15), ...normal(1015, 10)])
    expect(found).toHaveLength(1)
    expect(found[0]?.title).toMatch(/^Unusual .* minutes of web on web-01: (user names|addresses|share of failures) /)
    const features = found[0]?.contributions.map(({ feature }) => feature) ?? []
    expect(features).toEqual(expect.arrayContaining(['user names', 'addresses', 'share of failures']))
  })

  describe('severity', () => {
    /** Minutes in which most requests ask for pages that do not exist. */
    const refused = (client: (i: number) => string): Event[] =>
      normal(1000, 15).map((event, i) =>
        i % 8 === 0
          ? event
          : {
              ...event,
              template: { id: `probe${i % 30}`, text: 'probe' },
              fields: {
                'service.name': 'web',
                'host.name': 'web-01',
                'source.ip': client(i),
                'event.outcome': 'failure',
                'http.response.status_code': 404,
              },
            },
      )
    const severityAfter = (events: readonly Event[]) => {
      const detector = make(() => someTime)
      detector.detect(normal(0, 1000))
      return detector.detect([...events, ...normal(1015, 10)]).map(({ severity }) => severity)
    }

    it('is low if one client asked for pages that do not exist', () => {
      expect(severityAfter(refused(() => '203.0.113.9'))).toEqual(['low'])
    })

    it('is medium if many clients did', () => {
      expect(severityAfter(refused((i) => `203.0.113.${i % 40}`))).toEqual(['medium'])
    })
  })
})
