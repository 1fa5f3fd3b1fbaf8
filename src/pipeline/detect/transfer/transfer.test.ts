import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../../component.ts'
import { day, hour, minute } from '../../../lib/units/time.ts'
import type { Event, Fields } from '../../../schema/event/event.ts'
import { describeDetector } from '../detector.conformance.ts'
import { someEvent } from '../shared/some-events.ts'
import { transfer } from './transfer.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const runtime = (now: () => number): Runtime => ({ now, fetch, log, signal: new AbortController().signal })
const make = (now: () => number) => transfer.create(transfer.options.parse({}), runtime(now))
const times = <Item>(count: number, event: (i: number) => Item) => Array.from({ length: count }, (_, i) => event(i))
const start = Date.UTC(2026, 0, 5)
const MB = 1e6

let number = 0
const download = (time: number, address: string, bytes: number, fields: Fields = {}): Event =>
  someEvent(number++, time, {
    source: 'shop',
    stream: 'shop/web-01/nginx',
    message: `GET /file ${bytes}`,
    fields: {
      'service.name': 'nginx',
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.response.body.bytes': bytes,
      'source.ip': address,
      ...fields,
    },
  })

/** Each day, 20 clients with 1 to 20 MB each, and a backup at three. */
const days = (from: number, count: number) =>
  times(count, (d) => d + from).flatMap((d) => [
    download(start + d * day + 3 * hour, '10.0.0.6', 300 * MB, { 'user.name': 'backup' }),
    ...times(40, (i) =>
      download(start + d * day + 8 * hour + i * 10 * minute, `198.51.100.${i % 20}`, ((i % 20) + 1) * 0.5 * MB),
    ),
  ])
/** A client that takes 6.6 GB at night. */
const theft = (d: number, address = '203.0.113.9', fields: Fields = {}) =>
  times(66, (i) => download(start + d * day + 2 * hour + i * 30_000, address, 100 * MB, fields))

describeDetector('transfer', {
  make,
  normal: days(0, 14),
  moreNormal: days(14, 3),
  anomalous: theft(14),
  *flood(count) {
    for (let i = 0; i < count; i++) yield download(start + i * 1000, `2001:db8::${i.toString(16)}`, 1000 + i)
  },
})

const detectAll = (events: readonly Event[]) => {
  const detector = make(() => 0)
  const found = events.flatMap((event) => detector.detect([event]))
  return [...new Map(found.map((one) => [one.id, one])).values()]
}
const titles = (events: readonly Event[]) => detectAll(events).map(({ severity, title }) => [severity, title])

describe('transfer', () => {
  it('explains a client that downloads more than anybody did', () => {
    const found = detectAll([...days(0, 14), ...theft(14, '203.0.113.9', { 'host.name': 'web-01' })])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      type: 'data_exfiltration',
      severity: 'medium',
      techniques: ['T1048'],
      value: '6 GB in an hour',
      usual: 'at most 300 MB',
      entities: [
        { type: 'ip', value: '203.0.113.9' },
        { type: 'host', value: 'web-01' },
        { type: 'service', value: 'nginx' },
      ],
      address_roles: { attacker: [{ ip: '203.0.113.9' }] },
    })
    expect(found[0]?.sentence).toBe(
      '203.0.113.9 downloaded 6 GB from nginx between 02:00 and 03:00 UTC, in 60 transfers. No client had received more than 300 MB in an hour of the 14 days before; this is 20 times as much.',
    )
    expect(found[0]?.evidence.length).toBeGreaterThan(1)
  })

  it('names the client behind a proxy', () => {
    const forwarded = { 'network.forwarded_ip': '203.0.113.9' }
    const [found] = detectAll([...days(0, 14), ...theft(14, '10.0.0.2', forwarded)])
    expect(found).toMatchObject({
      type: 'data_exfiltration',
      entities: [
        { type: 'ip', value: '203.0.113.9' },
        { type: 'service', value: 'nginx' },
      ],
    })
  })

  it('finds a user far beyond its own history where others receive as much', () => {
    const share = (d: number) => [
      ...times(20, (i) =>
        download(start + d * day + hour + i * minute, '10.0.0.6', 1000 * MB, { 'user.name': 'backup' }),
      ),
      ...times(8, (i) =>
        download(start + d * day + 9 * hour + i * minute, `10.0.1.${i}`, (5 + ((i + d) % 4)) * MB, {
          'user.name': `kim${i}`,
        }),
      ),
    ]
    const history = times(14, share).flat()
    expect(titles([...history, ...share(14)])).toEqual([])
    const [found] = detectAll([...history, ...theft(14, '10.0.1.3', { 'user.name': 'kim3' })])
    expect(found).toMatchObject({ severity: 'low', type: 'anomaly', techniques: ['T1213'] })
    expect(found?.sentence).toContain('In 14 days before, kim3 had received at most 8 MB in an hour')
  })

  it('finds an amount that is unusual for a day but for no hour', () => {
    const slow = times(24, (i) => download(start + 14 * day + i * 55 * minute, '203.0.113.9', 400 * MB))
    expect(detectAll([...days(0, 14), ...slow]).map(({ value }) => value)).toEqual([
      expect.stringMatching(/ in a day$/),
    ])
  })

  it('reads downloads over FTP and from object storage', () => {
    const ftp = { 'http.response.body.bytes': '', 'event.action': 'ftp_download', 'file.size': 100 * MB }
    expect(titles([...days(0, 14), ...theft(14, '203.0.113.9', ftp)])).toHaveLength(1)
    const upload = { ...ftp, 'event.action': 'ftp_upload' }
    expect(titles([...days(0, 14), ...theft(14, '203.0.113.9', upload)])).toEqual([])
    const bucket = { 'aws.s3access.bucket': 'exports' }
    expect(detectAll([...days(0, 14), ...theft(14, '203.0.113.9', bucket)])[0]?.techniques).toEqual(['T1530'])
  })

  it.each(['bytes_sent', 'size', 'EdgeResponseBytes'])('reads the size of an answer from %s', (name) => {
    const own = { 'http.response.body.bytes': '', [name]: 100 * MB }
    expect(titles([...days(0, 14), ...theft(14, '203.0.113.9', own)])).toHaveLength(1)
  })

  it('reports nothing without a week of history, or below half a gigabyte', () => {
    expect(titles([...days(0, 6), ...theft(6)])).toEqual([])
    const small = days(0, 14).filter(({ fields }) => fields['user.name'] === undefined)
    expect(titles([...small, ...theft(14).slice(0, 4)])).toEqual([])
  })

  it('finds a client and remembers a user among many thousands of visitors', () => {
    const visitors = (from: number, count: number, gap: number) =>
      times(count, (i) => download(from + i * gap, `2001:db8::${(i % 3000).toString(16)}`, 20_000))
    const busy = times(14, (d) => [
      ...days(d, 1),
      ...visitors(start + d * day + 12 * hour, 3000, 1000),
      download(start + d * day + 15 * hour, '10.0.0.7', 8 * MB, { 'user.name': 'kim3' }),
    ]).flat()
    const stolen = theft(14).flatMap((event) => [event, ...visitors(event.time + 1, 700, 40)])
    expect(titles([...busy, ...stolen])).toEqual([['medium', expect.stringContaining('203.0.113.9 downloaded')]])
    const own = times(8, (i) =>
      download(start + 14 * day + 16 * hour + i * minute, '10.0.0.7', 100 * MB, { 'user.name': 'kim3' }),
    )
    const [found] = detectAll([...busy, ...visitors(start + 14 * day, 3000, 1000), ...own])
    expect(found?.sentence).toContain('kim3')
  })

  it('reports nothing at a mirror, whose clients differ much', () => {
    const mirror = (d: number) => [
      ...times(30, (i) => download(start + d * day + i * 20 * minute, `198.51.${d}.${i}`, 50 * MB)),
      ...times(1 + ((d * 7) % 5), (i) =>
        download(start + d * day + 20 * hour + i * minute, `198.51.${d}.99`, d % 6 === 0 ? 4000 * MB : 700 * MB),
      ),
    ]
    expect(titles([...times(14, mirror).flat(), ...theft(14)])).toEqual([])
  })

  it('reports few clients when many download the same on a day', () => {
    const release = times(40, (i) => download(start + 14 * day + 9 * hour + i * minute, `198.51.200.${i}`, 1500 * MB))
    expect(titles([...days(0, 14), ...release])).toHaveLength(1)
  })

  it('counts an amount for the client behind a proxy, and ignores a wrong date', () => {
    const behind = theft(14, '10.0.0.2', { 'network.forwarded_ip': '203.0.113.9' })
    expect(titles([...days(0, 14), ...behind])[0]?.[1]).toContain('203.0.113.9 downloaded')
    const wrong = download(start + 400 * day, '203.0.113.9', 9e12)
    expect(titles([...days(0, 7), wrong, ...days(7, 7)])).toEqual([])
  })
})
