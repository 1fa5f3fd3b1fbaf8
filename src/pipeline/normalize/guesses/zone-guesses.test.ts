import { describe, expect, it } from 'vitest'
import { minute } from '../../../lib/units/time.ts'
import { createNormalizer, type Normalizer } from '../normalize.ts'

const second = 1000
const noon = Date.UTC(2026, 6, 20, 12)
let first = 0

/** Lines that a source sends one by one, each `lag` after its local time. */
const send = (
  normalizer: Normalizer,
  {
    from = noon,
    count = 40,
    every = 30 * second,
    east = 120,
    lag = second,
    source = 'router',
    zoneMinutes = undefined as number | undefined,
    peer = undefined as string | undefined,
  } = {},
) =>
  Array.from({ length: count }, (_, i) => {
    const receivedAt = from + i * every
    const local = new Date(receivedAt - lag + east * minute).toISOString().slice(0, 19).replace('T', ' ')
    const batch = {
      partition: 0,
      first: first++,
      source,
      receivedAt,
      texts: [`${local} INFO link is up`],
      zoneMinutes,
      ...(peer !== undefined && { peers: [peer] }),
    }
    return normalizer.normalize(batch)[0]
  })

const zoneOf = (events: ReturnType<typeof send>) => events.at(-1)?.fields['event.timezone']

describe('the zone of a source whose times name none', () => {
  it.each([
    [120, '+02:00'],
    [-300, '-05:00'],
    [345, '+05:45'],
  ])('is guessed from the clock of arrival: %i minutes', (east, zone) => {
    const normalizer = createNormalizer()
    const events = send(normalizer, { east })
    expect(events[0]).toMatchObject({ time: noon - second + east * minute, timeGuessed: true })
    const last = events.at(-1)
    expect(last).toMatchObject({ time: (last?.receivedAt ?? 0) - second, timeGuessed: true })
    expect(zoneOf(events)).toBe(zone)
    expect(normalizer.takeCounts().map(({ format }) => format)).toEqual(['generic', `generic at ${zone} (guessed)`])
  })

  it('is not guessed too early, for UTC, in an import, or against the configuration', () => {
    expect(zoneOf(send(createNormalizer(), { count: 19 }))).toBeUndefined()
    expect(zoneOf(send(createNormalizer(), { every: second }))).toBeUndefined()
    expect(zoneOf(send(createNormalizer(), { east: 0 }))).toBeUndefined()
    expect(zoneOf(send(createNormalizer(), { zoneMinutes: 60 }))).toBeUndefined()
    const normalizer = createNormalizer()
    for (let i = 0; i < 40; i++) send(normalizer, { from: noon + i * minute, count: 1, lag: i * 7 * minute })
    expect(zoneOf(send(normalizer, { count: 1 }))).toBeUndefined()
  })

  it('does not move a time that names its zone, nor other sources', () => {
    const normalizer = createNormalizer()
    send(normalizer)
    const [event] = normalizer.normalize({
      partition: 0,
      first: first++,
      source: 'router',
      receivedAt: noon,
      texts: ['2026-07-20T11:59:00Z INFO link is up'],
    })
    expect(event).toMatchObject({ time: noon - minute, timeGuessed: false })
    expect(event?.fields['event.timezone']).toBeUndefined()
    expect(zoneOf(send(normalizer, { count: 1, source: 'switch' }))).toBeUndefined()
  })

  it('follows the end of summer time, and bears a late line', () => {
    const normalizer = createNormalizer()
    send(normalizer)
    send(normalizer, { from: noon + 30 * minute, count: 1, lag: 5 * minute })
    expect(zoneOf(send(normalizer, { from: noon + 31 * minute }))).toBe('+02:00')
    expect(zoneOf(send(normalizer, { from: noon + 100 * minute, east: 60 }))).toBe('+01:00')
  })

  it('is that of each device behind a listener', () => {
    const normalizer = createNormalizer()
    for (let i = 0; i < 40; i++) {
      const at = noon + i * 30 * second
      send(normalizer, { from: at, count: 1, east: 120, peer: '10.0.0.1' })
      send(normalizer, { from: at, count: 1, east: 0, peer: '10.0.0.2' })
    }
    expect(zoneOf(send(normalizer, { count: 1, peer: '10.0.0.1' }))).toBe('+02:00')
    expect(zoneOf(send(normalizer, { count: 1, peer: '10.0.0.2' }))).toBeUndefined()
  })

  it('survives a restart', () => {
    const before = createNormalizer()
    send(before)
    const after = createNormalizer()
    after.zones.restore(before.zones.save())
    expect(zoneOf(send(after, { count: 1 }))).toBe('+02:00')
  })
})
