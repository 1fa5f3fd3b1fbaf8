import { describe, expect, it } from 'vitest'
import { day, hour, minute } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { job } from './job.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const make = (now: () => number) =>
  job.create(job.options.parse({}), { now, fetch, log, signal: new AbortController().signal })

/** Midnight of a Monday. */
const monday = someTime - 8 * hour
let number = 0
const line = (time: number, service: string, message: string, host = 'db-1'): Event =>
  someEvent(number++, time, {
    stream: `syslog/${host}/${service}`,
    message,
    fields: { 'service.name': service, 'host.name': host, 'source.ip': '10.0.0.7' },
  })
const run = (date: number, at = 2 * hour): Event[] =>
  ['Starting backup', 'Copied 17 files', 'Backup done'].map((text, i) =>
    line(monday + date * day + at + i * minute, 'backup', text),
  )
/** A daemon that logs every half hour. */
const daemon = (from: number, to: number, host = 'db-1'): Event[] =>
  Array.from({ length: (to - from) * 48 }, (_, i) =>
    line(monday + from * day + i * 30 * minute, 'chronyd', 'Selected source 10.0.0.1', host),
  )
const days = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const inOrder = (...events: readonly Event[][]) => events.flat().sort((a, b) => a.time - b.time)

describeDetector('job', {
  make,
  normal: inOrder(daemon(0, 9), ...days(0, 9).map((date) => run(date))),
  moreNormal: inOrder(daemon(9, 11), ...days(9, 11).map((date) => run(date))),
  anomalous: daemon(9, 11),
  *flood(count) {
    for (let i = 0; i < count; i++) yield line(monday + i * minute, `service-${i}`, `message ${i}`, `host-${i % 3000}`)
  },
})

const detectAll = (...events: readonly Event[][]): string[] => {
  const detector = make(() => 0)
  const found = new Map<string, Detection>()
  for (const event of inOrder(...events)) for (const one of detector.detect([event])) found.set(one.id, one)
  return [...found.values()].map(({ severity, title, sentence }) => `${severity}: ${title}. ${sentence}`)
}

describe('job', () => {
  it('reports a nightly run that is missing', () => {
    expect(detectAll(daemon(0, 7), ...days(0, 6).map((date) => run(date)))).toEqual([
      expect.stringMatching(
        /^medium: backup on db-1 did not run\. backup on db-1 has been missing for \d+ \w+\. In 6 earlier runs it came every day at about 02:00 UTC\.$/,
      ),
    ])
  })

  it('reports a run that comes late as one finding', () => {
    expect(detectAll(daemon(0, 7), ...days(0, 6).map((date) => run(date)), run(6, 9 * hour))).toEqual([
      expect.stringMatching(/^medium: backup on db-1 ran 7 hours late\./),
    ])
  })

  it('keeps a line only while the next run is expected', () => {
    const detector = make(() => 0)
    const keptAfter = (date: number): boolean => {
      detector.detect(run(date).map((event) => ({ ...event, original: `line of ${date}` })))
      return Buffer.from(detector.save?.() ?? []).includes(`line of ${date}`)
    }
    expect(days(0, 4).map(keptAfter)).toEqual([false, false, false, true])
  })

  it('knows working days and weeks', () => {
    const working = days(0, 21).filter((date) => date % 7 < 5)
    expect(detectAll(daemon(0, 21), ...working.map((date) => run(date)))).toEqual([])
    expect(detectAll(daemon(0, 22), ...working.slice(0, -1).map((date) => run(date)))).toEqual([
      expect.stringContaining('on working days'),
    ])
    const sundays = days(0, 29).filter((date) => date % 7 === 6)
    expect(detectAll(daemon(0, 29), ...sundays.map((date) => run(date)))).toEqual([])
    expect(detectAll(daemon(0, 29), ...sundays.slice(0, 3).map((date) => run(date)))).toEqual([
      expect.stringContaining('every week'),
    ])
  })

  it('knows a nightly run that moved by an hour, as with summer time, and not one that moved for a night or two', () => {
    const moved = (from: number, to: number, at: number) => days(from, to).flatMap((date) => run(date, at))
    const before = moved(0, 20, 2 * hour)
    expect(detectAll(daemon(0, 27), before, moved(20, 27, hour))).toEqual([])
    for (const missing of [23, 26]) {
      const after = days(20, 28).filter((date) => date !== missing)
      expect(detectAll(daemon(0, 28), before, ...after.map((date) => run(date, hour)))).toEqual([
        expect.stringMatching(/: backup on db-1 did not run\..*at about 01:00 UTC/),
      ])
    }
    const early = [...moved(20, 22, 0), ...moved(22, 26, 2 * hour)]
    expect(detectAll(daemon(0, 26), before, early)).toEqual([])
  })

  it('does not expect a first weekend, nor what comes at any time', () => {
    expect(detectAll(daemon(0, 7), ...days(0, 5).map((date) => run(date)))).toEqual([])
    expect(detectAll(daemon(0, 12), ...days(0, 9).map((date) => run(date, ((date * 7) % 20) * hour)))).toEqual([])
  })

  it('knows jobs that run every few hours', () => {
    const sixHourly = Array.from({ length: 40 }, (_, i) => run(0, (6 * i + (i % 2) / 5) * hour)).flat()
    const others = (i: number) => line(monday + ((i * i * 37) % 230) * hour, 'backup', `Lock ${i} was taken`)
    const noise = Array.from({ length: 20 }, (_, i) => others(i))
    expect(detectAll(daemon(0, 10), sixHourly, noise)).toEqual([])
    expect(detectAll(daemon(0, 10), [...sixHourly.slice(0, 99), ...sixHourly.slice(102)], noise)).toEqual([
      expect.stringMatching(/^medium: .* of backup on db-1 ran 6 hours late\..* at regular intervals/),
    ])
  })

  const sync = (from: number, to: number, skip: (hourOfRun: number) => boolean = () => false): Event[] =>
    Array.from({ length: (to - from) * 24 }, (_, i) => from * 24 + i)
      .filter((hourOfRun) => !skip(hourOfRun))
      .flatMap((hourOfRun) => [
        line(monday + hourOfRun * hour + 7 * minute, 'mirror', 'Sync begins'),
        line(monday + hourOfRun * hour + 9 * minute, 'mirror', 'Sync ends'),
      ])

  it('knows jobs that run every hour', () => {
    expect(detectAll(daemon(0, 12), sync(0, 12))).toEqual([])
    expect(
      detectAll(
        daemon(0, 12),
        sync(0, 12, (hourOfRun) => hourOfRun === 80),
      ),
    ).toEqual([
      expect.stringMatching(
        /^medium: “Sync begins” of mirror on db-1 ran 1 hour late\..* every hour or two, this time due/,
      ),
    ])
    expect(
      detectAll(
        daemon(0, 12),
        sync(0, 12, (hourOfRun) => hourOfRun >= 80),
      ),
    ).toEqual([expect.stringContaining('“Sync begins” of mirror on db-1 did not run')])
  })

  it('finds an hourly job that takes much longer', () => {
    const long = [line(monday + 80 * hour + 7 * minute, 'mirror', 'Sync begins')]
    long.push(line(monday + 80 * hour + 55 * minute, 'mirror', 'Sync ends'))
    expect(
      detectAll(
        daemon(0, 12),
        sync(0, 12, (hourOfRun) => hourOfRun === 80),
        long,
      ),
    ).toEqual([expect.stringMatching(/^medium: “Sync ends” of mirror on db-1 ran 46 minutes late/)])
  })

  it('does not expect hourly jobs that pause by night, at noon or at weekends', () => {
    expect(
      detectAll(
        daemon(0, 21),
        sync(0, 21, (hourOfRun) => hourOfRun % 24 < 7),
      ),
    ).toEqual([])
    expect(
      detectAll(
        daemon(0, 21),
        sync(0, 21, (hourOfRun) => hourOfRun % 24 === 12),
      ),
    ).toEqual([])
    expect(
      detectAll(
        daemon(0, 21),
        sync(0, 21, (hourOfRun) => (hourOfRun / 24) % 7 >= 5),
      ),
    ).toEqual([])
  })

  it('knows that a timer begins again with its program', () => {
    const beats = (from: number, to: number, at: number) =>
      Array.from({ length: to - from }, (_, i) => line(monday + (from + i) * hour + at, 'shop', 'Queue is empty'))
    const start = line(monday + 80 * hour + 50 * minute, 'shop', 'Shop is starting')
    expect(detectAll(daemon(0, 7), beats(0, 81, 0), [start], beats(81, 168, 50 * minute))).toEqual([])
  })

  it('does not take a job that runs hourly for a message of a nightly one', () => {
    const cron = sync(0, 12).map((event) => ({ ...event, stream: 'syslog/db-1/backup' }))
    expect(detectAll(daemon(0, 12), cron, ...days(0, 11).map((date) => run(date)))).toHaveLength(1)
  })

  /** A check every few minutes, unless `skip` says otherwise. */
  const checks = (minutes: number, to: number, skip: (time: number) => boolean = () => false, jitter = 0): Event[] =>
    Array.from({ length: (to * day) / (minutes * minute) }, (_, i) => i * minutes * minute)
      .filter((time) => !skip(time))
      .map((time, i) => line(monday + time + ((i * 7919) % 100) * jitter * minutes * 600, 'probe', 'Check begins'))
  const within = (from: number, length: number) => (time: number) => time >= from && time < from + length

  it.each([1, 5, 15, 30])('finds a job that ran every %d minutes and stops for hours', (minutes) => {
    expect(detectAll(daemon(0, 7), checks(minutes, 7, within(3.4 * day, 6 * hour)))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^medium: “Check begins” of probe on db-1 was missing for [56] hours\\..* it came about every ${minutes === 1 ? '(60 seconds|1 minute)' : `${minutes} minutes`}\\.$`,
        ),
      ),
    ])
    expect(detectAll(daemon(0, 7), checks(minutes, 7, within(3.4 * day, 9 * day)))).toEqual([
      expect.stringMatching(/^medium: “Check begins” of probe on db-1 stopped\./),
    ])
  })

  it('does not miss a few frequent runs, nor those that pause by habit, come irregularly or fail', () => {
    const isRest = (time: number) => (time / day) % 7 >= 5
    const isNight = (time: number) => time % day < 7 * hour
    expect(detectAll(daemon(0, 21), checks(5, 21, within(4.3 * day, hour)))).toEqual([])
    expect(detectAll(daemon(0, 21), checks(5, 21, isRest))).toEqual([])
    expect(
      detectAll(
        daemon(0, 21),
        checks(10, 21, (time) => isRest(time) || isNight(time)),
      ),
    ).toEqual([])
    const irregular = (time: number) => (Math.floor(time / hour) * 37) % 11 < 4
    expect(
      detectAll(
        daemon(0, 21),
        checks(20, 21, within(9 * day, 6 * hour), 4).filter(({ time }) => !irregular(time)),
      ),
    ).toEqual([])
    const failing = checks(5, 7, within(3.4 * day, 6 * hour)).map((event) => ({
      ...event,
      message: 'Connection refused',
      template: { id: 'r', text: 'Connection refused' },
    }))
    expect(detectAll(daemon(0, 7), failing)).toEqual([])
  })

  it('takes no new message of a program for a stop of the old one', () => {
    const renamed = checks(5, 7).map((event) =>
      event.time < monday + 4 * day
        ? event
        : { ...event, message: 'Probe begins', template: { id: 'p', text: 'Probe begins' } },
    )
    expect(detectAll(daemon(0, 7), renamed)).toEqual([])
  })

  it('finds health checks that stop, among other requests of one template', () => {
    const request = (time: number, path: string, agent: string, address: string): Event =>
      someEvent(number++, time, {
        source: 'web',
        stream: 'web',
        message: `GET ${path} HTTP/1.1 200`,
        template: { id: 'get', text: 'GET <*> HTTP/1.1 200' },
        fields: {
          'http.response.status_code': 200,
          'http.request.method': 'GET',
          'url.path': path,
          'user_agent.original': agent,
          'source.ip': address,
        },
      })
    const visits = Array.from({ length: 10 * 24 * 12 }, (_, i) =>
      request(monday + i * 5 * minute + (i % 7) * 9000, `/items/${i % 30}`, 'Mozilla/5.0', `10.4.0.${i % 250}`),
    )
    const checks = (from: number, to: number, path = '/healthz', agent = 'kube-probe/1.29') =>
      Array.from({ length: Math.round((to - from) / 10_000) }, (_, i) =>
        request(monday + from + i * 10_000 + (i % 3) * 400, path, agent, `10.0.0.${i % 3}`),
      )
    const stop = 9 * day + 10 * hour
    expect(detectAll(visits, checks(0, stop))).toEqual([
      expect.stringMatching(/^medium: “GET \/healthz by kube-probe” of web stopped\..*every minute or more often/),
    ])
    expect(detectAll(visits, checks(0, 10 * day))).toEqual([])
    // An update of the program asks another page, or has another name.
    expect(detectAll(visits, checks(0, stop), checks(stop + minute, 10 * day, '/livez'))).toEqual([])
    expect(detectAll(visits, checks(0, stop), checks(stop + minute, 10 * day, '/healthz', 'kube-probe/1.30'))).toEqual(
      [],
    )
    // Somebody looks at a page that polls.
    expect(detectAll(visits, checks(0, stop, '/healthz', 'Mozilla/5.0 (X11; Linux x86_64)'))).toEqual([])
  })

  it('waits for the frequent runs of a host whose lines come late', () => {
    const detector = make(() => 0)
    const host2 = daemon(0, 7, 'db-2')
    const late = inOrder(daemon(0, 7), checks(5, 7))
    const found = days(0, 7).flatMap((date) =>
      [0, 1, 2, 3].flatMap((quarter) => {
        const isNow = ({ time }: Event) => Math.floor((time - monday) / (6 * hour)) === date * 4 + quarter
        return [...detector.detect(host2.filter(isNow)), ...detector.detect(late.filter(isNow))]
      }),
    )
    expect(found).toEqual([])
  })

  it('misses frequent runs after a restart as before it', () => {
    const events = inOrder(daemon(0, 5), checks(5, 5, within(3.4 * day, 6 * hour)))
    const titlesFrom = (cut: number): string[] => {
      const [one, other] = [make(() => 0), make(() => 0)]
      const first = one.detect(events.slice(0, cut))
      other.restore?.(one.save?.() ?? new Uint8Array())
      return [
        ...new Map([...first, ...other.detect(events.slice(cut))].map((found) => [found.id, found.title])).values(),
      ]
    }
    const whole = titlesFrom(0)
    expect(whole).toHaveLength(1)
    for (const at of [1, 3, 3.41, 3.5, 3.7]) {
      const cut = events.findIndex(({ time }) => time >= monday + at * day)
      expect(titlesFrom(cut)).toEqual(whole)
    }
  })

  it('finds what is missing in a file of nothing else', () => {
    const nights = days(0, 12).filter((date) => date !== 9)
    expect(detectAll(...nights.map((date) => run(date)))).toEqual([expect.stringContaining('did not run')])
  })

  it('finds what is missing in a live source without other lines, but not after a pause of the server', () => {
    let time = 0
    const detector = make(() => time)
    const found: string[] = []
    const pass = (to: number, events: readonly Event[] = []) => {
      time = to
      for (const { title } of detector.detect(events)) found.push(title)
    }
    const live = (from: number, to: number, dates: readonly number[]) => {
      const events = dates.flatMap((date) => run(date))
      for (let moment = monday + from * day; moment < monday + to * day; moment += 10 * minute) {
        pass(moment)
        const due = events.filter((event) => event.time >= moment && event.time < moment + 10 * minute)
        if (due.length > 0) pass(moment + 10 * minute, due)
      }
    }
    live(0, 9, days(0, 9))
    pass(monday + 9 * day + 12 * hour)
    pass(monday + 9 * day + 12 * hour + minute, run(9))
    live(10, 11, days(10, 11))
    expect(found).toEqual([])
    live(11, 12, [])
    expect(found).toEqual(['backup on db-1 did not run'])
  })

  it.each([
    ['the result', { 'event.outcome': 'success' }, { 'event.outcome': 'failure' }],
    ['the exit code', { ResultCode: '0' }, { ResultCode: '2147942401' }],
  ])('knows failed runs by %s', (_how, success, failure) => {
    const finish = (date: number, fields: Event['fields']) => {
      const event = line(monday + date * day + 2 * hour, 'scheduler', 'job finished')
      return [
        {
          ...event,
          template: { id: 't', text: 'job finished' },
          fields: { ...event.fields, job: 'Invoices', ...fields },
        },
      ]
    }
    const runsOf = (count: number) => days(0, count).map((date) => finish(date, success))
    expect(detectAll(daemon(0, 10), ...runsOf(10))).toEqual([])
    const busy = Array.from({ length: 411 }, (_, i) => line(monday + i * 35 * minute, 'scheduler', 'idle'))
    expect(detectAll(daemon(0, 10), busy, ...runsOf(9), finish(9, failure))).toEqual([
      expect.stringContaining('“Invoices: job finished” of scheduler on db-1 did not run'),
    ])
  })

  it('follows a message whose template becomes wider', () => {
    const finish = (date: number) => {
      const text = date < 6 ? 'end, <*> MB in 19 s' : 'end, <*> MB in <*> s'
      const event = line(monday + date * day + 2 * hour, 'copy', `end, ${date} MB in 19 s`)
      return [{ ...event, template: { id: text, text } }]
    }
    const busy = Array.from({ length: 460 }, (_, i) => line(monday + i * 25 * minute, 'copy', 'idle'))
    expect(detectAll(daemon(0, 8), busy, ...days(0, 8).map(finish))).toEqual([])
  })

  it('leaves the silence of a host to the baseline', () => {
    const other = daemon(0, 12, 'db-2')
    expect(detectAll(daemon(0, 8), other, ...days(0, 8).map((date) => run(date)))).toEqual([])
  })
})
