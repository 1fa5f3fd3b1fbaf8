import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { createRandom } from '../../../lib/random/random.ts'
import { day, hour } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { amountsOf } from './amount.ts'
import { createLevelReader } from './level.ts'
import { createMeasurementReader, toRoute } from './measurement.ts'
import { trend } from './trend.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const make = (now: () => number) =>
  trend.create(trend.options.parse({}), { now, fetch, log, signal: new AbortController().signal })

let number = 0
interface Course {
  readonly failures?: (grown: number, path: string) => number
  readonly took?: (grown: number) => number
  readonly perDay?: (grown: number) => number
}
const paths = ['/', '/items/17', '/checkout', '/search']
/** Requests on some days from a given day on. `grown` runs from 0 to 1. */
const requests = (from: number, days: number, { failures, took, perDay }: Course = {}): Event[] => {
  const random = createRandom(from + 1)
  return Array.from({ length: days * 24 }, (_, hour) => hour).flatMap((hour) => {
    const grown = hour / (days * 24)
    const count = Math.round((perDay?.(grown) ?? 480) / 24)
    return Array.from({ length: count }, (_, i) => {
      const path = paths[random.below(paths.length)] ?? '/'
      const status = random.next() < (failures?.(grown, path) ?? 0.002) ? 502 : 200
      const duration = (took?.(grown) ?? 100) * (0.5 + random.next())
      return someEvent(number++, someTime + from * day + ((hour + i / count) * day) / 24, {
        stream: 'app/web-01/shop',
        message: 'request completed',
        fields: {
          'service.name': 'shop',
          'source.ip': '203.0.113.9',
          'http.response.status_code': status,
          path,
          duration_ms: duration,
        },
      })
    })
  })
}

describeDetector('trend', {
  make,
  normal: requests(0, 4),
  moreNormal: requests(4, 3),
  anomalous: requests(4, 4, { took: (grown) => 100 + 400 * grown }),
  *flood(count) {
    for (let i = 0; i < count; i++)
      yield someEvent(i, someTime + i * 60_000, {
        stream: `app/web-01/service-${i}`,
        fields: { 'service.name': `service-${i}`, 'http.response.status_code': 200, path: `/${'x'.repeat(i % 300)}` },
      })
  },
})

const isDaytime = (time: number): boolean => new Date(time).getUTCHours() >= 8 && new Date(time).getUTCHours() < 18
/** Reports of a program every two minutes, whose numbers follow the hours of the day and are many times larger from one time to another. */
const reports = (from: number, days: number, change?: { at: number; hours: number; factor: number }): Event[] => {
  const random = createRandom(from + 17)
  return Array.from({ length: days * 720 }, (_, i) => {
    const time = someTime + from * day + (i * day) / 720
    const isChanged = change && time >= someTime + change.at && time < someTime + change.at + change.hours * hour
    const rows = (isDaytime(time) ? 900 : 300) * (0.4 + 1.2 * random.next()) * (random.next() < 0.01 ? 50 : 1)
    const count = Math.round(rows * (isChanged ? change.factor : 1))
    const fields = { 'service.name': 'indexer', 'host.name': 'db-1', batch: i }
    return someEvent(number++, time, {
      stream: 'app/db-1/indexer',
      message: `indexed ${count} rows of batch ${i}`,
      template: { id: 'indexed', text: 'indexed <*> rows of batch <*>' },
      fields,
    })
  })
}

describeDetector('trend', {
  make,
  normal: reports(0, 5),
  moreNormal: reports(5, 2),
  anomalous: reports(5, 1, { at: 5 * day + 2 * hour, hours: 3, factor: 20 }),
  *flood(count) {
    for (let i = 0; i < count; i++)
      yield someEvent(i, someTime + i * 60_000, {
        stream: `app/web-01/service-${i % 200}`,
        message: `done ${i}`,
        fields: { 'service.name': `service-${i % 200}`, [`things_of_${i % 1000}s`]: i % 77, duration_ms: i % 300 },
      })
  },
})

const detectAll = (events: readonly Event[]): Detection[] => {
  const detector = make(() => 0)
  const found = new Map<string, Detection>()
  for (let i = 0; i < events.length; i += 500)
    for (const detection of detector.detect(events.slice(i, i + 500))) found.set(detection.id, detection)
  return [...found.values()]
}
const titles = (events: readonly Event[]) => detectAll(events).map(({ severity, title }) => `${severity}: ${title}`)

describe('trend', () => {
  it('reports a share of errors that grows over a week', () => {
    const [found, ...others] = detectAll([...requests(0, 3), ...requests(3, 7, { failures: (grown) => 0.12 * grown })])
    expect(others).toEqual([])
    expect(found?.severity).toBe('medium')
    expect(found?.title).toMatch(/^[\d.]+ % errors from shop in a day, usually /)
    expect(found?.sentence).toMatch(/^\d+ errors in \d+ lines of shop within 24 hours are [\d.]+ %; on earlier days/)
    expect(found?.evidence).toHaveLength(1)
  })

  it('names the only route that fails', () => {
    const failing = { failures: (grown: number, path: string) => (path === '/checkout' ? 0.25 * grown : 0.002) }
    expect(titles([...requests(0, 3), ...requests(3, 6, failing)])).toEqual([
      expect.stringMatching(/^(?:medium|high): [\d.]+ % errors from \/checkout of shop in a day/),
    ])
  })

  it('counts several days of a route with few requests together', () => {
    const failing = { failures: (grown: number, path: string) => (path === '/checkout' ? 0.25 * grown : 0.002) }
    const few = { perDay: () => 48 }
    expect(titles([...requests(0, 6, few), ...requests(6, 14, { ...few, ...failing })])).toEqual([
      expect.stringMatching(/^(?:medium|high): [\d.]+ % errors from \/checkout of shop in (?:2|4) days, usually /),
    ])
    expect(titles(requests(0, 30, few))).toEqual([])
  })

  it('names the only host of several that fails', () => {
    const hosts = ['web-01', 'web-02', 'web-03', 'web-04']
    const events = [...requests(0, 3), ...requests(3, 7)].map((event, i) => {
      const host = hosts[i % 4] ?? ''
      const isFailing = host === 'web-02' && i > 1500 && i % 7 === 0
      const status = { 'http.response.status_code': isFailing ? 502 : 200 }
      return { ...event, stream: `app/${host}/shop`, fields: { ...event.fields, ...status, 'host.name': host } }
    })
    const [found, ...others] = detectAll(events)
    expect(others).toEqual([])
    expect(found?.title).toMatch(/^[\d.]+ % errors from host web-02 of shop in a day, usually .* %$/)
    expect(found?.entities).toContainEqual({ type: 'host', value: 'web-02' })
  })

  it('reports levels that grow, but not their rhythm', () => {
    const depths = (from: number, days: number, factor: (grown: number) => number) =>
      Array.from({ length: days * 96 }, (_, i) => {
        const time = someTime + from * day + (i * day) / 96
        const depth = 100 * (1 + 0.5 * Math.sin((2 * Math.PI * i) / 96)) * factor(i / (days * 96))
        const fields = { 'service.name': 'mailer', queue_depth: Math.round(depth), queue_total: number * 50 }
        return someEvent(number++, time, { stream: 'app/web-01/mailer', message: 'queue status', fields })
      })
    expect(titles([...depths(0, 6, () => 1), ...depths(6, 7, (grown) => 1 + 4 * grown)])).toEqual([
      expect.stringMatching(/^medium: queue_depth of mailer is [\d.]+ times as high as usual: [\d,]+ instead of 1\d\d/),
    ])
    expect(titles(depths(0, 20, () => 1))).toEqual([])
  })

  it('reports a share of warnings that grows', () => {
    const warnings = (from: number, days: number, share: (grown: number) => number) =>
      requests(from, days).map((event, i, { length }) => {
        const level = (i * 7919) % 1000 < 1000 * share(i / length) ? 'warning' : 'info'
        return { ...event, fields: { 'service.name': 'shop', 'log.level': level } }
      })
    expect(titles([...warnings(0, 4, () => 0.01), ...warnings(4, 7, (grown) => 0.3 * grown)])).toEqual([
      expect.stringMatching(/^medium: [\d.]+ % warnings from shop in a day, usually /),
    ])
  })

  it('reports durations that grow, also without normal days before', () => {
    expect(titles(requests(0, 8, { took: (grown) => 100 + 400 * grown }))).toEqual([
      expect.stringMatching(/^medium: shop is [\d.]+ times as slow as usual: \d+ ms instead of \d+ ms/),
    ])
  })

  it('reports falling traffic against the same days of an earlier week, but no quiet weekends or holiday', () => {
    const falling = requests(8, 7, { perDay: (grown) => 480 - 360 * grown })
    expect(titles([...requests(0, 8), ...falling])).toEqual([
      expect.stringMatching(/^medium: Only \d+ log lines from shop in a day, formerly 480$/),
    ])
    const week = (from: number) => [...requests(from, 5), ...requests(from + 5, 2, { perDay: () => 100 })]
    expect(titles([...week(0), ...week(7), ...week(14)])).toEqual([])
    const holiday = requests(12, 1, { perDay: () => 20 })
    expect(titles([...requests(0, 12), ...holiday, ...requests(13, 4)])).toEqual([])
  })

  it('leaves a burst of errors to the baseline', () => {
    const burst = requests(5, 1, { failures: (grown) => (grown > 0.4 && grown < 0.45 ? 1 : 0.002) })
    expect(titles([...requests(0, 5), ...burst, ...requests(6, 2)])).toEqual([])
  })

  it('is not confused by one wrong date', () => {
    const events = [...requests(0, 4), someEvent(number++, someTime + 900 * day), ...requests(4, 3)]
    expect(titles(events)).toEqual([])
  })
})

describe('a sudden change of a number', () => {
  const sudden = (factor: number, hours: number) =>
    detectAll([...reports(0, 9), ...reports(9, 2, { at: 9 * day + 2 * hour, hours, factor })])

  it('is one finding that says what changed, from what, and since when', () => {
    const [found, ...others] = sudden(8, 3)
    expect(others).toEqual([])
    expect(found?.severity).toBe('medium')
    expect(found?.title).toMatch(
      /^indexed rows of indexer is suddenly [\d.]+ times as high as usual: [\d,]+ instead of [\d,]+ to [\d,]+$/,
    )
    expect(found?.sentence).toMatch(
      /^\d+ values of indexed rows of indexer came within [23] hours since \d\d:\d\d UTC\. At the worst, half of them were/,
    )
    expect(found?.evidence).toHaveLength(1)
    expect(found?.event_count).toBeGreaterThan(60)
  })

  it('is reported when the number falls, unless less is better', () => {
    expect(sudden(0.05, 3).map(({ title }) => title)).toEqual([
      expect.stringMatching(/^indexed rows of indexer is suddenly down to \d+ % of the usual: /),
    ])
    const fast = requests(9, 1, { took: () => 5, perDay: () => 2000 })
    expect(titles([...requests(0, 9, { perDay: () => 2000 }), ...fast])).toEqual([])
  })

  it.each([
    ['an amount', `${'partition_'.repeat(120)}rows`],
    ['a level', `queue_${'partition_'.repeat(120)}`],
  ])('of %s with a long name is found as well', (_kind, longName) => {
    const inField = (event: Event): Event => {
      const count = Number(/\d+/.exec(event.message)?.[0])
      return { ...event, message: 'done', template: { id: 'done', text: 'done' }, fields: { [longName]: count } }
    }
    const change = { at: 9 * day + 2 * hour, hours: 3, factor: 8 }
    expect(detectAll([...reports(0, 9), ...reports(9, 2, change)].map(inField))).toHaveLength(1)
  })

  it('is not what lasts for minutes, or what comes at the same hour of each day', () => {
    expect(sudden(8, 0.2)).toEqual([])
    expect(titles(reports(0, 15))).toEqual([])
  })

  it('becomes usual after a day, and a weekly job after a week', () => {
    expect(sudden(8, 48)).toHaveLength(1)
    const weekly = [3, 10, 17].flatMap((at) => [
      ...reports(at - 3, 3),
      ...reports(at, 4, { at: at * day + 4 * hour, hours: 2, factor: 9 }),
    ])
    expect(titles(weekly)).toEqual([expect.stringMatching(/^low: indexed rows/)])
  })
})

describe('an amount', () => {
  it.each<[Record<string, number>, string, Event['fields']]>([
    [{ 'imported records': 2051 }, 'imported 2051 records from feed', {}],
    [{ files: 17 }, '17 files in 3 seconds', {}],
    [{ bytes: 300 }, 'sent', { bytes: 300, port: 8080, 'process.pid': 17, 'http.response.status_code': 200 }],
    [{ batchSize: 40 }, 'sent', { batchSize: 40, max_size: 100, user_id: 7 }],
    [{}, 'waited 300 seconds at 17:30:22 for 10.0.0.1', { queue_depth: 3 }],
    [{}, 'request 17 has failed', {}],
  ])('is %o in %s %o', (expected, message, fields) => {
    const template = { id: 'some', text: message.replaceAll(/\d[\d.:]*/g, '<*>') }
    const found = amountsOf(someEvent(1, someTime, { message, template, fields }))
    expect(Object.fromEntries(found.map(({ name, value }) => [name, value]))).toEqual(expected)
  })
})

describe('toRoute', () => {
  it.each([
    ['/', '/'],
    ['/items/6073?page=2', '/items/*'],
    ['/api/v2/users/3f2a-77/orders', '/api/v2/users/*/…'],
    [`/reset/${'k'.repeat(50)}`, '/reset/*'],
  ])('reduces %s to %s', (path, route) => {
    expect(toRoute(path)).toBe(route)
  })

  it('reduces the first 300 characters before a query, part by part', () => {
    const isValue = (part: string) => part.length > 40 || (/\d/.test(part) && !/^v\d+$/i.test(part))
    const byParts = (path: string): string => {
      const parts = (path.split(/[?#;]/)[0] ?? '').slice(0, 300).split('/')
      const shown = parts.slice(0, 5).map((part) => (isValue(part) ? '*' : part))
      return [...shown, ...(parts.length > 5 ? ['…'] : [])].join('/')
    }
    const piece = fc.oneof(
      fc.constantFrom('/', '//', '?', '#', ';', 'v1', 'V22', '7', 'api', 'é', 'x'.repeat(40), 'x'.repeat(41)),
      fc.string({ maxLength: 30 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        expect(toRoute(pieces.join(''))).toBe(byParts(pieces.join('')))
      }),
      { numRuns: runs(500) },
    )
  })
})

describe('a level', () => {
  it.each<[object[], string, Event['fields']]>([
    [[{ name: 'queue_depth', value: 41 }], 'status', { queue_depth: 41, queue_max: 500, jobs_total: 9 }],
    [[{ name: 'heapUsed', value: 512 }], 'status', { heapUsed: 512, memory_total: 8192, pid: 7 }],
    [[{ name: 'heap used in MB', value: 1200 }], 'INFO heap used 1.2 GB of 8 GB', {}],
    [[{ name: 'queue length', value: 17 }], 'queue length: 17', {}],
    [[], 'queue 7f3a41 bound to exchange', {}],
    [[], 'memory check passed in 17 ms', { port: 8080 }],
  ])('is %o in %s %o', (expected, message, fields) => {
    expect(createLevelReader()(someEvent(1, someTime, { message, fields }))).toEqual(expected)
  })
})

describe('a measurement', () => {
  const durationOf = (message: string, fields: Event['fields'] = {}) =>
    createMeasurementReader().durationOf(someEvent(1, someTime, { message, fields }))
  it.each<[number | undefined, string, Event['fields']]>([
    [231, 'processed order 17 in 231 ms', {}],
    [1500, 'GET /items took 1.5s', {}],
    [12, 'rendered (12ms)', {}],
    [231.4, 'done', { latency: '231.4ms' }],
    [310, 'done', { elapsed: 0.31 }],
    [80, 'done', { responseTime: 80 }],
    [5, 'done', { elapsedMicros: 5000 }],
    [7, 'done', { 'event.duration': 7e6 }],
    [undefined, 'listening on port 8080', { port: 8080, bytes: 17 }],
  ])('is %s ms in %s %o', (expected, message, fields) => {
    expect(durationOf(message, fields)).toBe(expected)
  })
})
