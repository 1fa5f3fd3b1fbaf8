import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../../component.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { template } from './template.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = (now: () => number): Runtime => ({ now, fetch, log, signal: new AbortController().signal })
const make = (now: () => number) => template.create(template.options.parse({}), runtime(now))
const minute = 60_000
const at = (minutes: number) => someTime + minutes * minute
const times = <Item>(count: number, event: (i: number) => Item) => Array.from({ length: count }, (_, i) => event(i))

let number = 0
const line = (minutes: number, message: string, facts: Partial<Event> = {}) =>
  someEvent(number++, at(minutes), { message, fields: { 'service.name': 'app' }, ...facts })
const verbs = ['opens', 'reads', 'writes', 'closes', 'flushes']
/** A service that logs the same few messages over and over. */
const service = (from: number, count: number) =>
  times(count, (i) => line(from + i, `worker ${i % 4} ${verbs[i % 5]} file ${i}`))

describeDetector('template', {
  make,
  normal: service(0, 2000),
  moreNormal: service(2000, 500),
  anomalous: [...service(2000, 20), line(2020.5, 'Out of memory: killed process 4711')],
  *flood(count) {
    for (let i = 0; i < count; i++)
      yield line(i, `strange ${String.fromCharCode(97 + (i % 26))}${'x'.repeat(i % 97)}${i}`, {
        template: { id: `t${i}`, text: `strange ${i}` },
      })
  },
})

const detectAll = (events: readonly Event[]): Detection[] => {
  let now = 0
  const detector = make(() => now)
  const found = new Map<string, Detection>()
  for (const event of [...events, undefined]) {
    const batch = event ? [event] : []
    now = Math.max(now, event?.time ?? 0)
    for (const detection of detector.detect(batch)) found.set(detection.id, detection)
  }
  return [...found.values()]
}

describe('template', () => {
  it('reports nothing during the first lines of a service', () => {
    expect(
      detectAll(
        times(100, (i) =>
          line(i / 60, `start step ${'abcdefghij'[i % 10]}${i}`, { template: { id: `s${i}`, text: 's' } }),
        ),
      ),
    ).toEqual([])
  })

  it('reports nothing of a file whose lines all have the same time', () => {
    const kinds = times(300, (i) => line(0, `Package: p${i}`, { template: { id: `p${i}`, text: 'p' } }))
    expect(detectAll(kinds)).toEqual([])
  })

  it('reports a new error that keeps coming, but not the failures of people who log in', () => {
    const repeated = (message: string) =>
      detectAll(
        [...service(0, 2000), ...times(30, (i) => line(1600 + 12 * i, message))].toSorted((a, b) => a.time - b.time),
      ).filter(({ severity }) => severity === 'medium')
    const [found, ...others] = repeated('could not serialize basket: failed')
    expect(others).toEqual([])
    expect(found?.title).toBe('New error from app, 3 times in 24 minutes: “could not serialize basket: failed”')
    expect(found?.sentence).toMatch(/nothing in [\d,]+ earlier lines of app \(.*\) resembles it\.$/)
    expect(repeated('login failed')).toEqual([])
  })

  it('reports a new error of a service that was never seen, but not if a client caused it', () => {
    const other = (i: number, fields: Event['fields']) => {
      const event = line(1600 + i, 'could not lock table: failed')
      return { ...event, stream: 'batch', fields: { ...event.fields, 'service.name': 'batch', ...fields } }
    }
    const titles = (fields: Event['fields']) =>
      detectAll([...service(0, 1600), ...times(8, (i) => other(i, fields))])
        .filter(({ severity }) => severity === 'medium')
        .map(({ title }) => title)
    expect(titles({})).toEqual(['New error from batch, 3 times in 2 minutes: “could not lock table: failed”'])
    expect(titles({ 'source.ip': '203.0.113.9' })).toEqual([])
  })

  it('reports new messages that come together as one', () => {
    const crash = times(8, (i) =>
      line(2000 + i / 60, `panic at ${'abcdefgh'[i]}`, { template: { id: `p${i}`, text: `panic at ${i}` } }),
    )
    const found = detectAll([...service(0, 2000), ...crash])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      title: '8 new messages from app, such as “panic at a”',
      severity: 'medium',
      event_count: 8,
    })
  })

  it('accepts a service that keeps producing new messages', () => {
    const chatty = times(3000, (i) =>
      line(i, i % 10 === 0 ? `note ${i}` : 'tick', i % 10 === 0 ? { template: { id: `n${i}`, text: 'n' } } : {}),
    )
    expect(detectAll(chatty)).toEqual([])
  })

  it('says how rare errors are, if that is what is unusual', () => {
    const chatty = times(3000, (i) =>
      line(i, i % 10 === 0 ? `note ${i}` : 'tick', i % 10 === 0 ? { template: { id: `n${i}`, text: 'n' } } : {}),
    )
    const [found] = detectAll([...chatty, line(3001, 'disk sda: unrecoverable read error')])
    expect(found?.sentence).toContain('the probability of an error was 0.02 %, of a new message 67 %.')
  })

  it('scores new messages by service, across hosts', () => {
    const hosts = times(3000, (i) => line(i, `worker ${verbs[i % 5]}`, { stream: `auth/host-${i % 500}/app` }))
    expect(detectAll(hosts)).toEqual([])
  })

  it('reports an error that was seen once, long ago', () => {
    const rare = (minutes: number) => line(minutes, 'disk sda: unrecoverable read error')
    const found = detectAll([...service(0, 6000), rare(6000), ...service(6001, 14_000), rare(20_001)])
    expect(found.map(({ title }) => title)).toEqual([
      'New message from app: “disk sda: unrecoverable read error”',
      'Rare error from app: “disk sda: unrecoverable read error”',
    ])
  })

  it('reports a new value where there were few', () => {
    const login = (minutes: number, method: string) =>
      line(minutes, `login by ${method} accepted`, { template: { id: 'login', text: 'login by <*> accepted' } })
    const logins = times(11_000, (i) => login(i, i % 3 === 0 ? 'key' : 'token'))
    const found = detectAll([...logins, login(11_001, 'password')])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ value: '“password”', usual: '“token” and “key”', severity: 'info' })
  })
})
