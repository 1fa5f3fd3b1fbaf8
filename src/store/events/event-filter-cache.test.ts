import { expect, it } from 'vitest'
import type { Event } from '../../schema/event/event.ts'
import { openStore } from '../open-store.ts'
import { createFilterCache } from './event-filter-cache.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const event = (number: number): Event => ({
  id: `0-${number}`,
  kind: 'event',
  time: number,
  timeGuessed: false,
  receivedAt: 0,
  source: 'auth',
  stream: 'auth',
  message: `message ${number}`,
  original: `message ${number}`,
  fields: {},
})

it('keeps the filters of the newest blocks, within its limit', async () => {
  const store = await openStore('sqlite::memory:', { now: () => 0, log })
  for (let number = 0; number < 20; number++) await store.transaction((tx) => store.events.save([event(number)], tx))
  const { read } = store.connections
  const refs = Array.from({ length: 20 }, (_, index) => ({
    id: `0-${19 - index}`,
    last: 19 - index,
    maxTime: 19 - index,
  }))
  const stored = await read.selectFrom('event_blocks').select(['filter']).orderBy('first', 'desc').execute()
  const filters = stored.map(({ filter }) => filter)
  const size = filters[0]?.length ?? 0
  const cache = createFilterCache(read, size * 10)
  for (let twice = 0; twice < 2; twice++) expect(await cache.read(refs)).toEqual(filters)
  // Without the rows, the cache knows only the filters that it keeps.
  await store.connections.write.deleteFrom('event_blocks').execute()
  const kept = (await cache.read(refs)).filter((filter) => filter !== undefined)
  expect(kept.length).toBeGreaterThanOrEqual(5)
  expect(kept.length).toBeLessThanOrEqual(10)
  expect(kept).toEqual(filters.slice(0, kept.length))
  expect(await cache.read([{ id: '0-19', last: 25, maxTime: 25 }])).toEqual([undefined])
  await store.close()
})
