import { afterEach, expect, it } from 'vitest'
import { noRules } from '../../pipeline/detect/sigma/rule-book.ts'
import type { Detection } from '../../schema/detection/detection.ts'
import type { Event } from '../../schema/event/event.ts'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { getDetection } from '../alerts/get-detection.ts'
import { listDetections } from '../alerts/list-detections.ts'
import { createReach } from '../rules/rule-reach.ts'
import { getEvent } from './get-event.ts'
import { listEvents } from './list-events.ts'
import { listSources } from './list-sources.ts'

const time = Date.UTC(2024, 11, 10, 12)
const actor = { name: 'kim', role: 'viewer' } as const
const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const stores: Store[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

const openDeps = async () => {
  const store = await openStore('sqlite::memory:', { now: () => time, log })
  stores.push(store)
  return { store, actor, now: () => time, reach: createReach({ store, book: noRules, now: () => time }) }
}

const event = (number: number): Event => ({
  id: `0-${number}`,
  kind: 'event',
  time: time - number * 60_000,
  timeGuessed: false,
  receivedAt: time,
  source: 'auth',
  stream: 'auth/web-01/sshd',
  message: `Failed password for user${number}`,
  original: `Failed password for user${number}`,
  fields: { 'user.name': `user${number}`, ports: [22, number] },
})
const detection = (number: number): Detection => ({
  id: `d${number}`,
  detector: 'template',
  kind: 'anomaly',
  type: 'anomaly',
  first_seen: new Date(time - number * 60_000).toISOString(),
  last_seen: new Date(time - number * 60_000).toISOString(),
  source: 'auth',
  stream: 'auth/web-01/sshd',
  score: number / 10,
  severity: 'low',
  title: `Detection ${number}`,
  sentence: 'Something is unusual.',
  value: '5',
  usual: '0–3',
  contributions: [{ feature: 'count', value: '5', usual: '0–3', weight: 0.5 }],
  evidence: [{ event_id: '0-1', time: '2024-12-10T06:00:00.000Z', line: 'a line' }],
  event_count: 1,
  entities: [],
  techniques: [],
  dedup_key: `key${number}`,
  learning: false,
})

it('finds events by words, fields and time, page by page', async () => {
  const deps = await openDeps()
  const { store } = deps
  await store.transaction((tx) =>
    store.events.save(
      Array.from({ length: 10 }, (_, number) => event(number)),
      tx,
    ),
  )
  const list = async (input: { q?: string; from?: string; to?: string; limit?: number; cursor?: string }) =>
    listEvents.output.parse(await listEvents.run(listEvents.input.parse(input), deps))
  const first = await list({ limit: 4 })
  expect(first.data.map(({ id }) => id)).toEqual(['0-0', '0-1', '0-2', '0-3'])
  const second = await list({ limit: 400, cursor: first.next_cursor ?? '' })
  expect(second.data.map(({ id }) => id)).toEqual(['0-4', '0-5', '0-6', '0-7', '0-8', '0-9'])
  expect(second.next_cursor).toBeNull()
  expect((await list({ q: 'password user:user7' })).data).toMatchObject([
    { id: '0-7', time: '2024-12-10T11:53:00.000Z' },
  ])
  expect((await list({ from: 'now-3m', to: 'now-2m' })).data.map(({ id }) => id)).toEqual(['0-2', '0-3'])
  await expect(list({ q: '(a' })).rejects.toMatchObject({ code: 'FILTER_SYNTAX' })
  await expect(list({ from: 'then' })).rejects.toMatchObject({ errors: [{ path: 'from' }] })
  await expect(list({ cursor: 'bm8' })).rejects.toMatchObject({ errors: [{ path: 'cursor' }] })
})

it('shows an event among its neighbours', async () => {
  const deps = await openDeps()
  const { store } = deps
  await store.transaction((tx) =>
    store.events.save(
      Array.from({ length: 10 }, (_, number) => event(number)),
      tx,
    ),
  )
  const shown = getEvent.output.parse(await getEvent.run({ id: '0-5', context: 2 }, deps))
  expect(shown).toMatchObject({
    id: '0-5',
    fields: { 'user.name': 'user5', ports: [22, 5] },
    before: [{ id: '0-7' }, { id: '0-6' }],
    after: [{ id: '0-4' }, { id: '0-3' }],
  })
  expect(await getEvent.run({ id: '0-5', context: 0 }, deps)).toMatchObject({ before: [], after: [] })
  await expect(getEvent.run({ id: '0-99', context: 0 }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('lists and shows detections', async () => {
  const deps = await openDeps()
  const { store } = deps
  await store.transaction((tx) =>
    store.detections.save(
      Array.from({ length: 9 }, (_, number) => detection(number)),
      tx,
    ),
  )
  const page = await listDetections.run(
    listDetections.input.parse({ q: 'score:>=0.5', from: 'now-7m', limit: 2 }),
    deps,
  )
  expect(page.data.map(({ id }) => id)).toEqual(['d5', 'd6'])
  const rest = { q: 'score:>=0.5', from: 'now-7m', cursor: page.next_cursor }
  expect((await listDetections.run(listDetections.input.parse(rest), deps)).data.map(({ id }) => id)).toEqual(['d7'])
  expect(await getDetection.run({ id: 'd5' }, deps)).toEqual(detection(5))
  await expect(getDetection.run({ id: 'x' }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('lists the parse rate of each source', async () => {
  const deps = await openDeps()
  const { store } = deps
  const row = { source: 'auth', sample: 'a line', last_seen_at: time }
  const unparsed = Array.from({ length: 7 }, (_, number) => ({
    ...row,
    format: `shape ${number}`,
    parsed: false,
    count: number + 1,
  }))
  await store.transaction((tx) =>
    store.parseHealth.add(
      [
        { ...row, format: 'syslog/rfc3164', parsed: true, count: 160 },
        { ...row, format: 'json', parsed: true, count: 12 },
        { ...row, source: 'web', format: 'access-log', parsed: true, count: 999 },
        ...unparsed,
      ],
      tx,
    ),
  )
  const { data } = listSources.output.parse(await listSources.run({}, deps))
  expect(data).toMatchObject([
    { source: 'web', records: 999, parsed: 999, parsed_percent: 100, format_share: 1, unparsed: [] },
    {
      source: 'auth',
      records: 200,
      parsed: 172,
      parsed_percent: 86,
      format: 'syslog/rfc3164',
      format_share: 0.8,
      formats: [
        { format: 'syslog/rfc3164', count: 160 },
        { format: 'json', count: 12 },
      ],
      last_seen: '2024-12-10T12:00:00.000Z',
    },
  ])
  expect(data[1]?.unparsed.map(({ shape }) => shape)).toEqual(['shape 6', 'shape 5', 'shape 4', 'shape 3', 'shape 2'])
})

it('says which field was meant when a misspelt one finds no event', async () => {
  const deps = await openDeps()
  const ofApp = { ...event(1), fields: { users: 'ann' } }
  await deps.store.transaction((tx) => deps.store.events.save([event(0), ofApp], tx))
  const find = (q: string) => listEvents.run({ q, limit: 50 }, deps)
  await expect(find('sorce:auth')).rejects.toMatchObject({
    code: 'FILTER_SYNTAX',
    hint: expect.stringContaining('Did you mean "source"?'),
  })
  expect((await find('users:ann')).data).toHaveLength(1)
  // A field that events do have is no mistake, whatever it looks like.
  expect((await find('users:bob')).data).toEqual([])
  expect((await find('order_id:7')).data).toEqual([])
})
