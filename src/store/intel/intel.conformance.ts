import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KnownIndicator } from '../../schema/intelligence/indicator.ts'
import type { FeedState } from '../../schema/intelligence/intel-feed.ts'
import type { OpenStore } from '../open-store.ts'
import type { IndicatorSummary } from './threat-intel.ts'

const begin = Date.UTC(2026, 0, 5, 8)
const iso = (time: number) => new Date(time).toISOString()

const sampleIndicator = (number: number, changes: Partial<KnownIndicator> = {}): KnownIndicator => ({
  id: number.toString(16).padStart(32, '0'),
  ioc: `203.0.113.${number}`,
  ioc_type: 'ip',
  threat_level: 'high',
  confidence: 0.75,
  sources: ['urlhaus', 'own'],
  description: 'serves malware',
  tags: ['emotet', 'tlp:clear'],
  first_seen: iso(begin - 1000),
  last_seen: iso(begin),
  valid_until: null,
  positives: 2,
  total: 5,
  reports: {
    urlhaus: {
      threat_level: 'high',
      confidence: 0.75,
      description: 'serves malware',
      tags: ['emotet'],
      first_seen: iso(begin - 1000),
      last_seen: null,
      valid_until: null,
    },
  },
  updated_at: iso(begin),
  ...changes,
})

export const sampleFeed = (changes: Partial<FeedState> = {}): FeedState => ({
  name: 'urlhaus',
  type: 'urlhaus',
  etag: '"1"',
  last_modified: null,
  cursor: null,
  last_attempt_at: iso(begin),
  last_success_at: null,
  last_change_at: null,
  failures: 0,
  last_error: null,
  interrupted: false,
  entries: 0,
  skipped: [],
  notice: '',
  ...changes,
})

/** The contract of a threat intelligence store. */
export const describeIntelStore = (name: string, open: (now: () => number) => Promise<OpenStore>) => {
  describe(`the store ${name}, of threat intelligence`, () => {
    let store: OpenStore
    let time = begin
    beforeEach(async () => {
      time = begin
      store = await open(() => time)
    })
    afterEach(() => store.close())

    const put = (...some: readonly KnownIndicator[]) =>
      store.threatIntel.change(
        some.map(({ id }) => id),
        () => some,
      )
    const all = async <Item>(chunks: AsyncIterable<readonly Item[]>): Promise<readonly Item[]> =>
      (await Array.fromAsync(chunks)).flat()

    it('stores and changes one row per value', async () => {
      const one = sampleIndicator(1)
      await put(one, sampleIndicator(2))
      expect(await store.threatIntel.get(one.id)).toEqual(one)
      time += 5000
      await store.threatIntel.change([one.id, 'unknown'], (known) => {
        expect([...known.keys()]).toEqual([one.id])
        return [...known.values()].map((known) => ({ ...known, threat_level: 'low', sources: [], positives: 0 }))
      })
      const changed = { ...one, threat_level: 'low', sources: [], positives: 0, updated_at: iso(begin + 5000) }
      expect(await store.threatIntel.get(one.id)).toEqual(changed)
      expect(await store.threatIntel.load([one.id, 'unknown'])).toEqual([changed])
      expect(await store.threatIntel.get('unknown')).toBeUndefined()
    })

    it('changes nothing if the callback throws', async () => {
      await put(sampleIndicator(1))
      const failing = store.threatIntel.change([sampleIndicator(1).id], () => {
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await store.threatIntel.get(sampleIndicator(1).id)).toEqual(sampleIndicator(1))
    })

    it('lists by filter, newest change first', async () => {
      await put(
        sampleIndicator(1),
        sampleIndicator(2, { ioc: 'evil.example', ioc_type: 'domain', threat_level: 'low' }),
      )
      time += 1000
      await put(sampleIndicator(3, { sources: [], positives: 0 }), sampleIndicator(4, { valid_until: iso(begin) }))
      const numbers = async (query: object) =>
        (await store.threatIntel.list({ limit: 10, ...query })).items.map(({ id }) => Number.parseInt(id, 16))
      expect(await numbers({})).toEqual([4, 3, 2, 1])
      expect(await numbers({ known: true })).toEqual([4, 2, 1])
      expect(await numbers({ known: true, validAt: begin + 1 })).toEqual([2, 1])
      expect(await numbers({ text: 'evil' })).toEqual([2])
      expect(await numbers({ type: 'domain' })).toEqual([2])
      expect(await numbers({ level: 'low' })).toEqual([2])
      expect(await numbers({ source: 'urlhaus' })).toEqual([4, 2, 1])
      const first = await store.threatIntel.list({ limit: 3 })
      const second = await store.threatIntel.list({ limit: 3, after: first.next })
      expect([first.items.length, second.items.map(({ id }) => id), second.next]).toEqual([
        3,
        [sampleIndicator(1).id],
        undefined,
      ])
      await expect(store.threatIntel.list({ limit: 1, after: 'nonsense' })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
      })
    })

    it('lists all changes since a time', async () => {
      const many = Array.from({ length: 4500 }, (_, number) => sampleIndicator(number))
      await put(...many)
      const changed = await all(store.threatIntel.changedSince(0))
      expect(new Set(changed.map(({ ioc }) => ioc))).toEqual(new Set(many.map(({ ioc }) => ioc)))
      expect(changed).toHaveLength(4500)
      expect(changed[0]).toEqual({
        ioc: '203.0.113.0',
        ioc_type: 'ip',
        threat_level: 'high',
        confidence: 0.75,
        sources: ['urlhaus', 'own'],
        description: 'serves malware',
        positives: 2,
        validUntil: undefined,
        updatedAt: begin,
      } satisfies IndicatorSummary)
      time += 1000
      await put(sampleIndicator(7, { valid_until: iso(begin + 50) }))
      expect((await all(store.threatIntel.changedSince(begin + 1))).map(({ validUntil }) => validUntil)).toEqual([
        begin + 50,
      ])
      expect(await all(store.threatIntel.changedSince(begin + 2000))).toEqual([])
    })

    it('finds the IDs of a source, and the IDs in a range', async () => {
      await put(
        sampleIndicator(1, { sources: ['own'] }),
        sampleIndicator(2, { sources: ['down', 'ownership'] }),
        sampleIndicator(3, { sources: ['drop', 'own'] }),
      )
      expect(await all(store.threatIntel.idsOfSource('own'))).toEqual([sampleIndicator(1).id, sampleIndicator(3).id])
      const span = [sampleIndicator(2).id, `${'0'.repeat(31)}f`] as const
      expect([...(await store.threatIntel.idsInRanges([span]))].sort()).toEqual(
        [2, 3].map((n) => sampleIndicator(n).id),
      )
      expect(await store.threatIntel.idsInRanges([])).toEqual([])
    })

    it('removes indicators without reports', async () => {
      await put(sampleIndicator(1), sampleIndicator(2, { sources: [] }))
      expect(await store.threatIntel.forget(begin)).toBe(0)
      expect(await store.threatIntel.forget(begin + 1)).toBe(1)
      expect(await store.threatIntel.get(sampleIndicator(1).id)).toBeDefined()
    })

    it('lets only one process claim a due feed', async () => {
      const { intelFeeds } = store
      expect(await intelFeeds.claim(sampleFeed(), begin + 100, begin)).toBe(true)
      expect(await intelFeeds.claim(sampleFeed(), begin + 100, begin + 99)).toBe(false)
      expect(await intelFeeds.claim(sampleFeed(), begin + 300, begin + 100)).toBe(true)
      const members = new Uint8Array([1, 2, 3])
      const done = sampleFeed({ entries: 3, etag: '"2"' })
      await intelFeeds.save(done, begin + 900, { members })
      await intelFeeds.hit('urlhaus', 2, begin + 5)
      await intelFeeds.hit('urlhaus', 1, begin + 6)
      expect(await intelFeeds.list()).toEqual([
        { state: done, dueAt: begin + 900, hits: 3, lastHitAt: begin + 6, updatedAt: begin },
      ])
      // Omitted values stay unchanged, and saving a feed never changes its hits.
      await intelFeeds.save(sampleFeed({ failures: 1 }), begin + 950)
      const lists = await intelFeeds.lists('urlhaus')
      expect([[...lists.members], [...lists.content]]).toEqual([[1, 2, 3], []])
      expect((await intelFeeds.list())[0]?.hits).toBe(3)
      expect((await intelFeeds.lists('unknown')).members).toHaveLength(0)
      expect([await intelFeeds.remove('urlhaus'), await intelFeeds.remove('urlhaus')]).toEqual([true, false])
    })

    it('caches answers until they expire', async () => {
      const { intelAnswers } = store
      await intelAnswers.save('virustotal', 'a', { level: 'high' }, begin + 100)
      await intelAnswers.save('virustotal', 'b', null, begin + 100)
      await intelAnswers.save('virustotal', 'a', { level: 'low' }, begin + 200)
      expect(await intelAnswers.get('virustotal', 'a', begin)).toEqual({ answer: { level: 'low' } })
      expect(await intelAnswers.get('virustotal', 'b', begin)).toEqual({ answer: null })
      expect(await intelAnswers.get('otx', 'a', begin)).toBeUndefined()
      expect(await intelAnswers.get('virustotal', 'b', begin + 100)).toBeUndefined()
      expect([await intelAnswers.forget(begin + 100), await intelAnswers.forget(begin + 100)]).toEqual([1, 0])
      expect(await intelAnswers.get('virustotal', 'a', begin)).toBeDefined()
    })

    it('counts queries up to the daily quota', async () => {
      const { intelAnswers } = store
      const taken = await Promise.all(Array.from({ length: 20 }, () => intelAnswers.take('otx', begin, 7)))
      expect(taken.filter(Boolean)).toHaveLength(7)
      expect(await intelAnswers.take('greynoise', begin, 7)).toBe(true)
      expect(await intelAnswers.used(begin)).toEqual(
        new Map([
          ['otx', 7],
          ['greynoise', 1],
        ]),
      )
      expect(await intelAnswers.take('otx', begin + 86_400_000, 7)).toBe(true)
      await intelAnswers.forget(begin + 30 * 86_400_000)
      expect(await intelAnswers.used(begin)).toEqual(new Map())
    })
  })
}
