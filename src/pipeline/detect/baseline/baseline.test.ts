import { describe, expect, it } from 'vitest'
import { deepRun } from '../../../../test/depth.ts'
import { needs } from '../../../../test/needs.ts'
import type { Runtime } from '../../../component.ts'
import { createRandom } from '../../../lib/random/random.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { baseline } from './baseline.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = (now: () => number): Runtime => ({ now, fetch, log, signal: new AbortController().signal })
const make = (now: () => number) => baseline.create(baseline.options.parse({}), runtime(now))
const minute = 60_000

let number = 0
const event = (time: number, facts: Partial<Event> = {}) =>
  someEvent(number++, time, {
    message: 'served a page',
    fields: { 'service.name': 'web', 'host.name': 'web-01' },
    ...facts,
  })

/** Creates about so many events per minute, from a given minute on. */
const flow = (from: number, minutes: number, rate: number, facts: Partial<Event> = {}): Event[] => {
  const random = createRandom(from + rate)
  const events: Event[] = []
  for (let m = from; m < from + minutes; m++) {
    const count = Math.round(rate * (0.7 + 0.6 * random.next()))
    for (let i = 0; i < count; i++) events.push(event(someTime + (m + i / count) * minute, facts))
  }
  return events
}
const merge = (...flows: Event[][]) => flows.flat().sort((a, b) => a.time - b.time)

describeDetector('baseline', {
  make,
  normal: flow(0, 240, 8),
  moreNormal: flow(240, 60, 8),
  anomalous: merge(flow(240, 10, 8), flow(245, 2, 200)),
  *flood(count) {
    for (let i = 0; i < count; i++) yield event(someTime + i * 100, { stream: `auth/host-${i}/web` })
  },
})

const detectAll = (events: readonly Event[], until?: number): Detection[] => {
  let now = 0
  const detector = make(() => now)
  const found = new Map<string, Detection>()
  const take = (batch: readonly Event[]) => {
    for (const one of batch) now = Math.max(now, one.time)
    for (const detection of detector.detect(batch)) found.set(detection.id, detection)
  }
  for (let i = 0; i < events.length; i += 100) take(events.slice(i, i + 100))
  for (take([]); until !== undefined && now < until; now += minute) take([])
  return [...found.values()]
}

describe('baseline', () => {
  it('takes no first working day after a weekend for a flood', () => {
    const monday = (Date.UTC(2026, 10, 23, 8) - someTime) / minute
    const weekend = 2.25 * 24 * 60
    const office = flow(monday, 6 * 60, 3)
    const everyTenMinutes = (from: number, minutes: number) =>
      Array.from({ length: minutes / 10 }, (_, i) => event(someTime + (from + 10 * i) * minute))
    const severities = (quiet: number) =>
      detectAll(merge(everyTenMinutes(monday - quiet, quiet + 6 * 60), office))
        .filter(({ title }) => title.includes('log lines from web on web-01'))
        .map(({ severity }) => severity)
    expect(severities(weekend)).toEqual(['info'])
    expect(severities(weekend + 3 * 24 * 60)).toEqual(['medium'])
  })

  it('takes a larger run of a stream that comes in runs for context, but not its errors', () => {
    const runs = (facts: Partial<Event>) => [
      ...flow(0, 4, 20),
      ...flow(200 * 1440, 3, 20),
      ...flow(210 * 1440, 2, 300, facts),
    ]
    const severities = (events: readonly Event[]) =>
      detectAll(events)
        .filter(({ first_seen }) => Date.parse(first_seen) >= someTime + 210 * 1440 * minute)
        .map(({ severity }) => severity)
    const failing = { fields: { 'service.name': 'web', 'host.name': 'web-01', 'log.level': 'error' } }
    expect(severities(runs({}))).toEqual(['info'])
    expect(severities(runs(failing))).toContain('high')
    // A stream that logs all the time, apart from one pause, is no job.
    const steady = [...flow(0, 3 * 1440, 8), ...flow(3 * 1440 + 700, 2, 300)]
    expect(detectAll(steady).map(({ severity }) => severity)).toContain('medium')
  })

  it('reports a spike with the usual range', () => {
    const found = detectAll(merge(flow(0, 300, 8), flow(270, 1, 300)))
    expect(found).toHaveLength(1)
    expect(found[0]?.title).toMatch(/^\d+ log lines from web on web-01 in 1 minute, usually \d+–\d+$/)
    expect(found[0]?.sentence).toContain('Many look like “served a page”.')
    expect(found[0]?.dedup_key).toBe('more log lines than usual from auth/web-01/sshd')
  })

  it('rates the first mornings of a source low, but not a flood after a week', () => {
    const parts = ['smtpd', 'cleanup', 'qmgr', 'smtp'].map((service) => ({
      source: 'mail',
      stream: `mail/mail-01/${service}`,
      fields: { 'service.name': service, 'host.name': 'mail-01' },
    }))
    /** Ten letters an hour, more of them during working hours. Each letter logs one line in each part. */
    const letters = (from: number, to: number, busy: (hour: number) => number) =>
      merge(
        ...parts.map((facts) =>
          Array.from({ length: to - from }, (_, hour) => from + hour).flatMap((hour) =>
            Array.from({ length: busy(hour) }, (_, i) =>
              event(someTime + (hour * 60 + (60 * i) / busy(hour)) * minute, facts),
            ),
          ),
        ),
      )
    const work = (hour: number): number => (hour % 24 >= 14 && hour % 24 < 23 ? 60 : 2)
    const wholes = (found: readonly Detection[]) =>
      found.filter(({ title }) => title.includes('“mail”')).map(({ severity }) => severity)
    expect(wholes(detectAll(letters(0, 18, work)))).toEqual(['low'])
    const flood = letters(0, 180, (hour) => (hour >= 174 ? 60 : work(hour)))
    expect(wholes(detectAll(flood))).toContain('medium')
    // A source that never pauses is missed at once.
    const pause = merge(...parts.flatMap((facts) => [flow(0, 240, 8, facts), flow(360, 60, 8, facts)]))
    expect(wholes(detectAll(pause).filter(({ title }) => title.includes('stopped logging')))).toEqual(['medium'])
  })

  it('takes runs and pauses in the first days of an irregular stream for its rhythm, but not its errors', () => {
    /** A few lines every 40 minutes, with the pauses that an error log has. */
    const irregular = (minutes: number, except: (minute: number) => boolean = () => false) =>
      Array.from({ length: Math.floor(minutes / 40) }, (_, i) => 40 * i)
        .filter((at) => !except(at))
        .flatMap((at) => flow(at, 8, 4))
    const failing = { fields: { 'service.name': 'web', 'host.name': 'web-01', 'log.level': 'error' } }
    const severities = (events: readonly Event[]) => detectAll(events).map(({ severity }) => severity)
    const run = (at: number, facts: Partial<Event> = {}) => merge(irregular(at + 120), flow(at + 10, 3, 300, facts))
    expect(severities(run(1200))).toEqual(['info'])
    expect(severities(run(1200, failing))).toContain('high')
    expect(severities(run(6 * 1440))).toContain('medium')
    const pause = (at: number) => severities(irregular(at + 720, (minute) => minute > at && minute < at + 480))
    expect(pause(1200)).toEqual(['low'])
  })

  it('reports a silence and its end while other streams continue', () => {
    const other = flow(0, 400, 8, {
      stream: 'auth/web-02/sshd',
      fields: { 'service.name': 'web', 'host.name': 'web-02' },
    })
    const gap = merge(flow(0, 200, 8), flow(320, 80, 8))
    const found = detectAll(merge(gap, other)).filter(({ title }) => title.includes('stopped logging'))
    expect(found).toHaveLength(1)
    expect(found[0]?.title).toMatch(/^web on web-01 stopped logging for (120 minutes|2 hours)$/)
    expect(found[0]?.evidence.map(({ role }) => role)).toEqual([
      'the last line before the silence',
      'the first line after it',
    ])
  })

  it('rates a silence low if the stream had run only briefly before one many times as long', () => {
    const severities = (first: number, pause: number) =>
      detectAll(merge(flow(0, first, 30), flow(first + pause, 80, 30)))
        .filter(({ title }) => title.includes('stopped logging'))
        .map(({ severity }) => severity)
    expect(severities(40, 60 * 24 * 60)).toEqual(['low'])
    expect(severities(4 * 1440, 1440)).toEqual(['medium'])
  })

  it('reports a silence by the clock alone, once while it lasts', () => {
    const found = detectAll(flow(0, 200, 8), someTime + 300 * minute)
    expect(found).toHaveLength(1)
    expect(found[0]?.title).toMatch(/^web on web-01 stopped logging/)
  })

  it('reports a lasting silence of a few lines an hour once, and of a host as one', () => {
    const sparse = (service: string, host: string, until: number) =>
      Array.from({ length: until * 6 }, (_, i) =>
        event(someTime + (i * 10 + (i % 3)) * minute, {
          stream: `auth/${host}/${service}`,
          fields: { 'service.name': service, 'host.name': host },
        }),
      )
    const others = [...sparse('cron', 'web-02', 100), ...sparse('sshd', 'web-02', 100)]
    const long = (events: readonly Event[]) =>
      detectAll(events.toSorted((a, b) => a.time - b.time)).filter(({ sentence }) => sentence.includes('longest pause'))
    expect(long([...sparse('cron', 'web-01', 60), ...sparse('sshd', 'web-01', 100), ...others])).toMatchObject([
      { title: 'cron on web-01 stopped logging', severity: 'medium' },
    ])
    expect(long([...sparse('cron', 'web-01', 60), ...sparse('sshd', 'web-01', 60), ...others])).toMatchObject([
      { title: 'web-01 stopped logging', severity: 'medium' },
    ])
    expect(long([...sparse('sshd', 'web-01', 100), ...others])).toEqual([])
  })

  it('reports a source that ends while others, which ran beside it, continue', () => {
    const from = (source: string, until: number) =>
      Array.from({ length: until * 6 }, (_, i) =>
        event(someTime + (i * 10 + (i % 3)) * minute, {
          source,
          stream: source,
          receivedAt: someTime + 90 * 1440 * minute,
        }),
      )
    const events = [...from('app.log', 60), ...from('web.log', 100)].toSorted((a, b) => a.time - b.time)
    const found = detectAll(events)
    expect(new Set(found.map(({ dedup_key }) => dedup_key))).toEqual(
      new Set(['fewer log lines than usual from app.log']),
    )
    expect(found.map(({ severity }) => severity)).toContain('medium')
  })

  it('reports no silence of files that were imported one after another', () => {
    const file = (source: string, from: number, buckets: number) =>
      Array.from({ length: buckets }, (_, i) =>
        event(someTime + (from + i * 5 + (i % 3)) * minute, {
          source,
          stream: source,
          receivedAt: someTime + 90 * 1440 * minute,
        }),
      )
    const detector = make(() => someTime + 90 * 1440 * minute)
    const day = 1440
    // The second begins where the first ends, and the third covers both.
    const files = [file('a.log', 0, 1440), file('b.log', 5 * day - 10, 1440), file('c.log', 2 * day, 5760)]
    expect(files.flatMap((events) => [...detector.detect(events), ...detector.detect([])])).toEqual([])
  })

  it('reports no silence at the end of history', () => {
    const history = flow(0, 200, 8).map((one) => ({ ...one, receivedAt: one.time + 90 * 24 * 60 * minute }))
    expect(detectAll(history, someTime + 300 * minute)).toEqual([])
  })

  it('reports no silence because of one wrong year', () => {
    const wrong = event(someTime + 100 * minute, { stream: 'auth/web-02/sshd' })
    const events = merge(flow(0, 200, 8), [wrong]).map((one) => ({
      ...one,
      time: one === wrong ? one.time + 365 * 1440 * minute : one.time,
      receivedAt: one.time + 1000 * 1440 * minute,
    }))
    expect(detectAll(events)).toEqual([])
  })

  it('reports errors where there were none', () => {
    const errors = flow(200, 3, 30, {
      message: 'could not serve',
      fields: { 'service.name': 'web', 'host.name': 'web-01', 'log.level': 'error' },
    })
    const found = detectAll(merge(flow(0, 260, 30), errors))
    expect(found.map(({ title }) => title)).toEqual([
      expect.stringMatching(/^\d+ errors from web on web-01 in 1 minute, usually 0–1$/),
    ])
    expect(found[0]?.severity).toBe('medium')
  })

  it('uses longer buckets for a quiet stream', () => {
    // One line an hour is no silence, and forty at once are a spike.
    const sparse = Array.from({ length: 300 }, (_, i) => event(someTime + i * 60 * minute))
    const burst = Array.from({ length: 40 }, (_, i) => event(someTime + (250 * 60 + 10 + i / 10) * minute))
    const found = detectAll(merge(sparse, burst))
    expect(found.map(({ title }) => title)).toEqual(['41 log lines from web on web-01 in 1 hour, usually 0–4'])
  })

  it('counts HTTP status 500 and above as errors', () => {
    const answers = (from: number, minutes: number, rate: number, status: number) =>
      flow(from, minutes, rate, { fields: { 'service.name': 'web', 'http.response.status_code': status } })
    const normal = answers(0, 300, 30, 200)
    expect(detectAll(merge(normal, answers(240, 3, 15, 500))).map(({ title }) => title)).toEqual([
      expect.stringMatching(/errors from web/),
    ])
    expect(detectAll(merge(normal, answers(240, 3, 15, 404)))).toEqual([])
  })

  it('reports that a stream stops in daytime, although it is quiet at night', needs(deepRun), () => {
    const hours = (count: number) =>
      Array.from({ length: count }, (_, hour) => flow(hour * 60, 60, hour % 24 < 10 ? 2 : 0.4)).flat()
    const others = flow(0, 5 * 24 * 60, 1, { stream: 'auth/web-01/other' })
    const stops = 4 * 24 * 60 + 4 * 60
    const outage = hours(5 * 24).filter(
      ({ time }) => time < someTime + stops * minute || time > someTime + (stops + 150) * minute,
    )
    expect(detectAll(merge(outage, others)).map(({ title }) => title)).toContainEqual(
      expect.stringMatching(/^web on web-01 stopped logging/),
    )
    // Only the first night is unfamiliar.
    const silences = detectAll(merge(hours(5 * 24), others)).filter(({ title }) => title.includes('stopped logging'))
    expect(silences.filter(({ first_seen }) => Date.parse(first_seen) > someTime + 24 * 60 * minute)).toEqual([])
  })

  it('reports a nightly spike only while it is unfamiliar', () => {
    const nights = Array.from({ length: 12 }, (_, i) => flow(i * 1440 + 60, 1, 200))
    const found = detectAll(merge(flow(0, 12 * 1440, 1), ...nights))
    expect(found.length).toBeLessThanOrEqual(3)
  })
})
