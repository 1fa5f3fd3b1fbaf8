import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { type FakeS3, fakeKeys, startFakeS3 } from '../../lib/s3/s3-server.fake.ts'
import { eventFilter } from '../../operations/filter.ts'
import type { Event } from '../../schema/event/event.ts'
import { parseEventId } from '../../schema/record/record.ts'
import { copyDatabase } from '../copy-database.ts'
import type { Tables } from '../database.ts'
import { type OpenStore, openStore } from '../open-store.ts'
import { type BlockLocation, openBlockObjects } from './block-objects.ts'
import { planRuns } from './event-block-compaction.ts'
import { listBlocks } from './event-block-list.ts'
import { createFilterCache } from './event-filter-cache.ts'
import { createEventRetention } from './event-retention.ts'
import type { EventStore } from './events.ts'

const quiet = (): void => {}
const opened: OpenStore[] = []
let s3: FakeS3
beforeAll(async () => {
  s3 = await startFakeS3('events')
})
afterAll(() => s3.close())
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

const places = ['the database', 'object storage'] as const
type Place = (typeof places)[number]

const location = (): BlockLocation => ({
  ...fakeKeys,
  ...{ bucket: 'events', prefix: 'of test/', region: 'us-east-1', endpoint: s3.url },
})

/** A store in memory, its database, and the broken blocks that it reported. */
const openStoreOf = async (place: Place) => {
  const broken: string[] = []
  const note = (facts: object): void => void broken.push('block' in facts ? String(facts.block) : 'something else')
  const log = { debug: quiet, info: quiet, warn: quiet, error: note }
  const open = await openStore('sqlite::memory:', {
    now: () => 0,
    log,
    ...(place === 'object storage' && { blocks: location() }),
  })
  opened.push(open)
  const objects = place === 'object storage' ? openBlockObjects(location()) : undefined
  return {
    ...{ connections: open.connections, db: open.connections.write, store: open.events, broken },
    async removeObjects(rows: readonly { readonly object_name: string | null }[]) {
      for (const { object_name } of rows) if (object_name !== null) await objects?.remove(object_name)
    },
    close: () => open.close(),
  }
}

const make = (partition: number, number: number, time: number, extra: Partial<Event> = {}): Event => ({
  id: `${partition}-${number}`,
  kind: 'event',
  time,
  timeGuessed: false,
  receivedAt: time + 1,
  source: 'auth',
  stream: `auth/${number % 2 === 0 ? 'even' : 'odd'}`,
  message: `word${number % 5} happened`,
  original: `${time} word${number % 5} happened`,
  fields: { number, ...(number % 3 === 0 && { 'user.name': 'admin', tags: ['q', 'XZY'] }) },
  ...extra,
})
const save = (db: Kysely<Tables>, store: EventStore, events: readonly Event[]): Promise<void> =>
  db.transaction().execute((tx) => store.save(events, tx))
const everything = { limit: 1_000, matches: () => true }
const ids = (events: readonly Event[]): string[] => events.map((event) => event.id)

/** A simple reference implementation of the newest-first order. */
const naive = (events: readonly Event[]): Event[] => {
  const place = (event: Event) => parseEventId(event.id) ?? { partition: 0, number: 0 }
  return [...events].sort(
    (a, b) => b.time - a.time || place(b).partition - place(a).partition || place(b).number - place(a).number,
  )
}

/** Events of up to three partitions, in several deliveries, whose times overlap and repeat. */
const deliveries = fc
  .array(fc.tuple(fc.nat(2), fc.array(fc.nat(40), { minLength: 1, maxLength: 12 })), { minLength: 1, maxLength: 8 })
  .map((list) => {
    const next = new Map<number, number>()
    return list.map(([partition, times]) => {
      const first = next.get(partition) ?? 0
      next.set(partition, first + times.length)
      return times.map((time, index) => make(partition, first + index, 1_000 + time))
    })
  })

/** Overwrites the payloads of blocks: of one, or of all. */
const spoil = async (db: Kysely<Tables>, text: string, id = '%'): Promise<void> => {
  const rows = await db.selectFrom('event_blocks').select(['id', 'object_name']).where('id', 'like', id).execute()
  for (const { id, object_name } of rows) {
    const payload = Buffer.from(text)
    if (object_name !== null) s3.objects.set(`/events/${object_name}`, { body: payload, modified: Date.now() })
    else await db.updateTable('event_blocks').set({ payload }).where('id', '=', id).execute()
  }
}

describe.each(places)('the event store with blocks in %s', (place) => {
  const openBlocks = () => openStoreOf(place)

  it('finds what a plain sort and filter would, page by page, whatever the blocks', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        deliveries,
        fc.record({
          from: fc.option(fc.nat(40)),
          to: fc.option(fc.nat(40)),
          text: fc.constantFrom(
            '',
            'WORD3',
            'ord1 happ',
            'number:3',
            'number:3.0',
            'stream:*ODD',
            'stream:auth/even word2',
            'kind:event id:0-1',
            'template:*',
            'time:1970',
            'nothing',
            'user.name:(a OR b)',
            'user.name:Admin',
            'tags:x?y',
            '-number:2',
          ),
          limit: fc.integer({ min: 1, max: 7 }),
        }),
        fc.boolean(),
        async (list, { from, to, text, limit }, compacted) => {
          const { db, store, close } = await openBlocks()
          for (const events of list) await save(db, store, events)
          if (compacted) await store.compact()
          const range = { from: from === null ? undefined : 1_000 + from, to: to === null ? undefined : 1_000 + to }
          const filter = eventFilter(text, 0)
          const expected = naive(list.flat()).filter(
            (event) => event.time >= (range.from ?? 0) && event.time <= (range.to ?? 9_999) && filter.matches(event),
          )
          const found: Event[] = []
          let after: string | undefined
          do {
            const page = await store.search({ ...range, ...filter, limit, after })
            expect(page.items.length).toBeLessThanOrEqual(limit)
            found.push(...page.items)
            after = page.next
          } while (after !== undefined)
          expect(found).toEqual(expected)
          await close()
          opened.length = 0
        },
      ),
      { numRuns: runs(150) },
    )
  })

  it('changes nothing when a delivery comes again, cut differently or after its block was joined', async () => {
    const { db, store } = await openBlocks()
    const events = Array.from({ length: 30 }, (_, index) => make(0, index, index))
    await save(db, store, events.slice(0, 10))
    await save(db, store, events.slice(0, 10))
    await save(db, store, events.slice(5, 20))
    await save(db, store, [...events.slice(20), make(1, 7, 3)])
    expect(await store.compact()).toBe(3)
    await save(db, store, events.slice(8, 25))
    expect(await store.count()).toMatchObject({ events: 31, blocks: 2 })
    expect(ids((await store.search(everything)).items).length).toBe(31)
  })

  it('takes events in any order, and twice', async () => {
    const { db, store } = await openBlocks()
    await save(db, store, [make(0, 2, 5), make(1, 0, 5), make(0, 1, 5), make(0, 2, 5)])
    expect(ids((await store.search(everything)).items)).toEqual(['1-0', '0-2', '0-1'])
  })

  it('gets one event, and the lines of its stream around it', async () => {
    const { db, store } = await openBlocks()
    for (let block = 0; block < 4; block += 1) {
      await save(
        db,
        store,
        Array.from({ length: 10 }, (_, index) => make(0, block * 10 + index, 100 - block * 10 + index)),
      )
    }
    expect(await store.get('0-17')).toEqual(make(0, 17, 97))
    for (const id of ['0-40', '1-0', '0-017', 'x']) expect(await store.get(id)).toBeUndefined()
    const around = await store.around('0-14', 3, 2)
    expect(around.map((event) => [event.id, event.time])).toEqual([
      ['0-28', 88],
      ['0-10', 90],
      ['0-12', 92],
      ['0-14', 94],
      ['0-16', 96],
      ['0-18', 98],
    ])
    expect(await store.around('9-9', 3, 3)).toEqual([])
  })

  it('replays a partition in order of acceptance, from any number on', async () => {
    const { db, store } = await openBlocks()
    const events = Array.from({ length: 25 }, (_, index) => make(4, index, 100 - index))
    for (const start of [0, 10, 20]) await save(db, store, events.slice(start, start + 10))
    await save(db, store, [make(5, 3, 1)])
    expect(await store.spans()).toEqual([
      { partition: 4, first: 0, last: 24 },
      { partition: 5, first: 3, last: 3 },
    ])
    for (const after of [-1, 0, 9, 14, 24, 99]) {
      const replayed: Event[] = []
      for await (const batch of store.replay(4, after)) replayed.push(...batch)
      expect(replayed).toEqual(events.slice(after + 1))
    }
  })

  it('drops by age and then by size, oldest first', async () => {
    const { db, store } = await openBlocks()
    for (let block = 0; block < 6; block += 1) {
      await save(
        db,
        store,
        Array.from({ length: 10 }, (_, index) => make(0, block * 10 + index, block * 100 + index)),
      )
    }
    expect(await store.retain({ before: 110 })).toBe(20)
    const { bytes } = await store.count()
    expect(await store.retain({ maxBytes: bytes * 0.6 })).toBe(20)
    expect(ids((await store.search(everything)).items).at(-1)).toBe('0-40')
    expect(await store.retain({ maxBytes: bytes })).toBe(0)
  })

  it('drops by the limits of sources, and a block with several by the longest of them', async () => {
    const { db, store } = await openBlocks()
    const of = (source: string, number: number, time: number) => make(0, number, time, { source })
    const lists = [['web-1'], ['auth'], ['web-2', 'auth'], ['audit'], ['web-1', 'web-2']]
    let number = 0
    for (const time of [100, 200, 300]) {
      for (const list of lists) {
        await save(
          db,
          store,
          list.map((source) => of(source, number++, time)),
        )
      }
    }
    const left = async () => {
      const { items } = await store.search(everything)
      return Object.fromEntries(
        [100, 200, 300].map((time) => [
          time,
          items
            .filter((event) => event.time === time)
            .map(({ source }) => source)
            .sort()
            .join(' '),
        ]),
      )
    }
    const sources = [
      { source: 'web*', before: 250 },
      { source: 'audit', before: Number.NEGATIVE_INFINITY },
    ]
    for (let round = 0; round < 2; round += 1) {
      await store.retain({ before: 150, sources })
      expect(await left()).toEqual({
        100: 'audit',
        200: 'audit auth auth web-2',
        300: 'audit auth auth web-1 web-1 web-2 web-2',
      })
    }
    await store.retain({ before: 250, sources: sources.map((limit) => ({ ...limit, before: limit.before + 100 })) })
    expect(await left()).toEqual({ 100: 'audit', 200: 'audit', 300: 'audit auth auth web-2' })
    const { bytes } = await store.count()
    expect(await store.retain({ sources: [{ source: 'audit', maxBytes: 1 }] })).toBe(3)
    expect(await store.retain({ sources: [{ source: '*', maxBytes: bytes }] })).toBe(0)
    expect(await left()).toEqual({ 100: '', 200: '', 300: 'auth auth web-2' })
  })

  it.each(['age', 'size'])('keeps a block that joined one beyond its limit meanwhile, by %s', async (kind) => {
    const open = await openStoreOf(place)
    await save(open.db, open.store, [make(0, 0, 100)])
    await save(open.db, open.store, [make(0, 1, 10_000)])
    const { bytes } = await open.store.count()
    const limits = kind === 'age' ? { before: 1_000 } : { maxBytes: bytes - 1 }
    // Other work comes first as soon as the retention has read the blocks.
    const retain = createEventRetention(
      {
        ...open.connections,
        async transaction(work) {
          await open.store.compact()
          return open.connections.transaction(work)
        },
      },
      open.removeObjects,
    )
    expect(await retain(limits)).toBe(0)
    expect(ids((await open.store.search(everything)).items)).toEqual(['0-1', '0-0'])
  })

  it('reports a broken block once and steps over it', async () => {
    const { db, store, broken } = await openBlocks()
    await save(db, store, [make(0, 0, 1), make(0, 1, 2)])
    await save(db, store, [make(0, 2, 3)])
    await save(db, store, [make(0, 3, 4)])
    await spoil(db, 'VB\u0001 rubbish', '0-2')
    for (let round = 0; round < 2; round += 1) {
      expect(ids((await store.search(everything)).items)).toEqual(['0-3', '0-1', '0-0'])
      expect(await store.get('0-2')).toBeUndefined()
    }
    const replayed: Event[] = []
    for await (const batch of store.replay(0, -1)) replayed.push(...batch)
    expect(ids(replayed)).toEqual(['0-0', '0-1', '0-3'])
    expect(await store.compact()).toBe(0)
    expect(broken).toEqual(['0-2'])
  })

  it('opens no block that its filter excludes', async () => {
    const { db, store, broken } = await openBlocks()
    await save(db, store, [make(0, 0, 1, { message: 'kernel panic', original: 'kernel panic' })])
    await spoil(db, 'rubbish')
    await store.search({ ...everything, tokens: ['password'] })
    expect(broken).toEqual([])
    await store.search({ ...everything, tokens: ['anic'] })
    expect(broken).toEqual(['0-0'])
  })

  it('opens no block whose fields exclude a value', async () => {
    const { db, store, broken } = await openBlocks()
    await save(db, store, [make(0, 0, 1, { fields: { 'user.name': 'Enriched', list: [404, true] } })])
    const find = async (q: string) => (await store.search({ limit: 9, ...eventFilter(q, 0) })).items.length
    for (const q of ['user:enriched', 'user:enr*', 'list:404', 'list:404.0', 'list:true', 'source:auth'])
      expect(await find(q)).toBe(1)
    await spoil(db, 'rubbish')
    expect(await find('user:somebody AND source:auth')).toBe(0)
    expect(broken).toEqual([])
  })

  it('stops when nobody waits any more, and refuses a cursor that is not its own', async () => {
    const { db, store } = await openBlocks()
    await save(db, store, [make(0, 0, 1)])
    await expect(store.search({ ...everything, signal: AbortSignal.abort() })).rejects.toThrow()
    await expect(store.search({ ...everything, after: 'bm90aGluZw' })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
  })

  it('searches on while blocks are joined under it', async () => {
    const { db, store } = await openBlocks()
    const events = Array.from({ length: 12 }, (_, index) => make(0, index, index))
    for (const event of events) await save(db, store, [event])
    let joining: Promise<unknown> | undefined
    const page = await store.search({
      limit: 100,
      matches: (event) => {
        // The search goes on after this turn; by then the other blocks are one.
        if (event.id === '0-11') joining ??= store.compact()
        return true
      },
    })
    expect(ids(page.items)).toEqual(ids(naive(events)))
    await joining
  })

  it.each(['newest', 'oldest'] as const)(
    'lists a block that joins listed blocks with others, %s first',
    async (order) => {
      const { db, store } = await openBlocks()
      const events = Array.from({ length: 200 }, (_, index) => make(0, index, index))
      for (const event of events) await save(db, store, [event])
      const listed = listBlocks(db, createFilterCache(db), { order, words: [] }, async () => {})
      const numbers = new Set<number>()
      for await (const { first, last } of listed) {
        if (numbers.size === 0) await store.compact()
        for (let number = first; number <= last; number++) numbers.add(number)
      }
      expect(numbers.size).toBe(events.length)
    },
  )
})

describe('blocks in object storage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blocks-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const openFile = async (name: string, blocks?: BlockLocation) => {
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
    const open = await openStore(`sqlite:${join(folder, name)}`, { now: () => 0, log, blocks })
    opened.push(open)
    return { log, db: open.connections.write, store: open.events }
  }
  const some = (first: number, time: number) => Array.from({ length: 5 }, (_, index) => make(0, first + index, time))

  it('leaves only the index in the database', async () => {
    const { db, store } = await openFile('index.db', location())
    await save(db, store, some(0, 1))
    const rows = await db.selectFrom('event_blocks').select(['payload', 'bytes', 'object_name']).execute()
    expect(rows).toMatchObject([{ object_name: expect.stringMatching(/^of test\/\w+\/0\/0-[\da-f]{24}\.block$/) }])
    expect(rows[0]?.payload).toHaveLength(0)
    expect(s3.objects.get(`/events/${rows[0]?.object_name}`)?.body).toHaveLength(rows[0]?.bytes ?? 0)
  })

  it('refuses to write and to read while the service is away, and continues when it is back', async () => {
    const { db, store } = await openFile('away.db', location())
    await save(db, store, some(0, 1))
    s3.setBroken(true)
    const away = { code: 'UNAVAILABLE', retryable: true, retryAfter: 5, message: expect.stringContaining('SlowDown') }
    try {
      await expect(save(db, store, some(5, 2))).rejects.toMatchObject(away)
      await expect(store.search(everything)).rejects.toMatchObject(away)
    } finally {
      s3.setBroken(false)
    }
    await save(db, store, some(5, 2))
    expect((await store.search(everything)).items).toHaveLength(10)
  })

  it('reads an object again that arrives damaged, and forgets the damage', async () => {
    const { db, store } = await openFile('damaged.db', location())
    await save(db, store, some(0, 1))
    s3.setFault('damaged')
    try {
      await expect(store.search(everything)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    } finally {
      s3.setFault(undefined)
    }
    expect((await store.search(everything)).items).toHaveLength(5)
  })

  it('names the service when it refuses the key, or has no such bucket', async () => {
    const wrong = await openFile('key.db', { ...location(), secretAccessKey: 'wrong' })
    await expect(save(wrong.db, wrong.store, some(0, 1))).rejects.toThrow(/refuses a PUT.*SignatureDoesNotMatch/)
    const nowhere = await openFile('bucket.db', { ...location(), bucket: 'nowhere' })
    await expect(save(nowhere.db, nowhere.store, some(0, 1))).rejects.toThrow(/s3:\/\/nowhere.* does not exist/)
  })

  it('removes objects with their blocks, and later those that no block names', async () => {
    s3.objects.clear()
    const { db, store } = await openFile('sweep.db', location())
    for (let block = 0; block < 8; block += 1) await save(db, store, some(block * 5, block))
    expect(await store.retain({ before: 2 })).toBe(10)
    expect(s3.objects.size).toBe(6)
    const lost = db.transaction().execute(async (tx) => {
      await store.save(some(40, 9), tx)
      throw new Error('the process was killed')
    })
    await expect(lost).rejects.toThrow('killed')
    expect(await store.compact()).toBe(6)
    expect(s3.objects.size).toBe(8)
    expect(await store.sweep(60_000)).toBe(0)
    for (const object of s3.objects.values()) object.modified -= 120_000
    const [, other] = [...s3.objects.keys()].map((name) => name.split('/')[3])
    s3.objects.set('/events/of test/other/0/1-0123456789abcdef01234567.block', { body: Buffer.from('x'), modified: 0 })
    s3.objects.set(`/events/of test/${other}/readme.txt`, { body: Buffer.from('x'), modified: 0 })
    expect(await store.sweep(60_000)).toBe(7)
    expect(s3.objects.size).toBe(3)
    expect((await store.search(everything)).items).toHaveLength(30)
  })

  it('reads ahead, and each object once', async () => {
    const { db, store } = await openFile('ahead.db', location())
    for (let block = 0; block < 20; block += 1) await save(db, store, some(block * 5, block))
    const gets = () => s3.requests.filter((request) => request.startsWith('GET')).length
    const before = gets()
    expect((await store.search({ ...everything, limit: 3 })).items).toHaveLength(3)
    expect(gets() - before).toBeLessThanOrEqual(3)
    for (let round = 0; round < 2; round += 1) expect((await store.search(everything)).items).toHaveLength(100)
    expect(gets() - before).toBe(20)
  })

  it('is in a backup', async () => {
    const { db, store, log } = await openFile('source.db', location())
    for (const first of [0, 5, 10]) await save(db, store, some(first, first))
    const copy = join(folder, 'copy.db')
    await copyDatabase(`sqlite:${join(folder, 'source.db')}`, copy, { now: () => 0, log, blocks: location() })
    s3.objects.clear()
    expect((await (await openFile('copy.db')).store.search(everything)).items).toHaveLength(15)
    const again = copyDatabase(`sqlite:${join(folder, 'source.db')}`, join(folder, 'again.db'), {
      ...{ now: () => 0, log, blocks: location() },
    })
    await expect(again).rejects.toThrow(/is missing, which holds the block 0-0/)
  })

  it('says which setting is missing', async () => {
    const { db, store } = await openFile('setting.db', location())
    await save(db, store, some(0, 1))
    const without = await openFile('setting.db')
    await expect(without.store.search(everything)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await save(without.db, without.store, some(5, 2))
    expect((await (await openFile('setting.db', location())).store.search(everything)).items).toHaveLength(10)
  })
})

describe('planRuns', () => {
  const block = (first: number, count: number, partition = 0) => ({
    id: `${partition}-${first}`,
    partition,
    first,
    last: first + count - 1,
    count,
  })
  const planned = (...blocks: readonly ReturnType<typeof block>[]): string[][] =>
    planRuns(blocks).map((run) => run.map(({ id }) => id))

  it('joins neighbours only, up to a full block', () => {
    expect(planned(block(0, 2), block(2, 2), block(5, 2), block(0, 2, 1))).toEqual([['0-0', '0-2']])
    expect(planned(block(0, 2_000), block(2_000, 2_000), block(4_000, 2_000))).toEqual([['0-0', '0-2000']])
  })

  it('does not write much again for little', () => {
    expect(planned(block(0, 1_500), block(1_500, 10))).toEqual([])
    expect(planned(block(0, 1_500), block(1_500, 10), block(1_510, 10))).toEqual([['0-1500', '0-1510']])
  })
})
