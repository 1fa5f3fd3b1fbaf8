import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import type { Report } from '../schema/intelligence/indicator.ts'
import { severities } from '../schema/severity.ts'
import { type OpenStore, openStore } from '../store/open-store.ts'
import { createFeedRunner, type Feed, initialFeedState, withdrawAll } from './feed-runner.ts'
import { importEntries } from './import-entries.ts'
import { createIndicatorTable } from './indicator-table.ts'
import { Membership, MembershipBuilder } from './membership.ts'
import type { FeedEntry, Provider } from './provider.ts'
import { indicatorId, summarizeIndicator } from './summarize-indicator.ts'

const begin = Date.UTC(2026, 0, 5, 8)
const minute = 60_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }

const report = (changes: Partial<Report> = {}): Report => ({
  threat_level: 'high',
  confidence: 0.5,
  description: 'listed',
  tags: [],
  first_seen: null,
  last_seen: null,
  valid_until: null,
  ...changes,
})
const ip = (value: string) => ({ type: 'ip', value }) as const
const entry = (value: string, changes: Partial<Report> = {}): FeedEntry => ({
  kind: 'report',
  observable: ip(value),
  report: report(changes),
})

let store: OpenStore
let time = begin
const now = () => time
beforeEach(async () => {
  time = begin
  store = await openStore('sqlite::memory:', { now, log: silent })
})
afterEach(() => store.close())

const trust = (source: string) => (source === 'own' ? 1 : 0.5)
const options = () => ({ indicators: store.threatIntel, feeds: store.intelFeeds, now, trust, asked: () => 3 })
const known = (value: string) => store.threatIntel.get(indicatorId(ip(value)))

/** Imports a list and saves its members, as a pull does. */
const importList = async (
  source: string,
  entries: readonly FeedEntry[],
  { complete = true, interrupted = false } = {},
) => {
  const result = await importEntries(source, { entries, complete }, options(), { interrupted })
  await store.intelFeeds.save(initialFeedState(source, 'list'), 0, { members: result.members })
  const { added, changed, withdrawn } = result
  return [added, changed, withdrawn]
}

describe('an import', () => {
  it('merges the reports of several sources about one value', async () => {
    await importList('a', [entry('203.0.113.9', { threat_level: 'medium', tags: ['x'], description: 'by a' })])
    await importList('own', [
      entry('203.0.113.9', {
        threat_level: 'critical',
        tags: ['y'],
        description: 'by us',
        valid_until: '2026-02-01T00:00:00.000Z',
      }),
    ])
    expect(await known('203.0.113.9')).toMatchObject({
      threat_level: 'critical',
      confidence: 0.75,
      sources: ['own', 'a'],
      description: 'by us',
      tags: ['y', 'x'],
      valid_until: null,
      positives: 2,
      total: 3,
    })
  })

  it('writes only entries that changed', async () => {
    const list = [entry('203.0.113.1'), entry('203.0.113.2'), entry('203.0.113.3')]
    expect(await importList('a', list)).toEqual([3, 0, 0])
    time += minute
    expect(await importList('a', list)).toEqual([0, 0, 0])
    expect((await known('203.0.113.1'))?.updated_at).toBe(new Date(begin).toISOString())
    expect(
      await importList('a', [
        entry('203.0.113.1'),
        entry('203.0.113.2', { threat_level: 'low' }),
        entry('203.0.113.4'),
      ]),
    ).toEqual([1, 1, 1])
    expect(await known('203.0.113.3')).toMatchObject({ positives: 0, sources: [], threat_level: 'info', reports: {} })
    expect(await known('203.0.113.2')).toMatchObject({ threat_level: 'low' })
  })

  it('keeps the reports of other sources, and entries missing from an incremental list', async () => {
    await importList('a', [entry('203.0.113.1'), entry('203.0.113.2')])
    await importList('b', [entry('203.0.113.1')])
    await importList('a', [])
    expect(await known('203.0.113.1')).toMatchObject({ sources: ['b'], positives: 1 })
    await importList('b', [entry('203.0.113.5')], { complete: false })
    expect(await known('203.0.113.1')).toMatchObject({ sources: ['b'] })
    await importList('b', [{ kind: 'withdrawn', observable: ip('203.0.113.1') }], { complete: false })
    expect(await known('203.0.113.1')).toMatchObject({ sources: [] })
    await importList('b', [entry('203.0.113.1')], { complete: false })
    expect(await known('203.0.113.1')).toMatchObject({ sources: ['b'] })
  })

  it('withdraws entries that an interrupted pull left behind', async () => {
    await importList('a', [entry('203.0.113.1')])
    // The process died before it saved the members.
    await importEntries('a', { entries: [entry('203.0.113.66')], complete: false }, options())
    await importList('a', [entry('203.0.113.1')], { interrupted: true })
    expect(await known('203.0.113.66')).toMatchObject({ sources: [] })
    expect(await known('203.0.113.1')).toMatchObject({ sources: ['a'] })
  })

  it('skips and counts private addresses, except in own entries', async () => {
    const entries = [
      entry('10.0.0.0/8'),
      entry('127.0.0.1'),
      entry('203.0.113.1'),
      { kind: 'skipped', reason: 'invalid', sample: 'x' } as const,
    ]
    const result = await importEntries('a', { entries, complete: true }, options())
    expect(result.skipped).toEqual([
      { reason: 'private address', count: 2, sample: '10.0.0.0/8' },
      { reason: 'invalid', count: 1, sample: 'x' },
    ])
    await importEntries('own', { entries, complete: true }, options(), { ownRanges: true })
    expect(await known('10.0.0.0/8')).toMatchObject({ sources: ['own'] })
  })

  it('previews the changes without writing', async () => {
    await importList('a', [entry('203.0.113.1'), entry('203.0.113.2')])
    const preview = await importEntries('a', { entries: [entry('203.0.113.3')], complete: true }, options(), {
      preview: true,
    })
    expect(preview).toMatchObject({ added: 1, changed: 0, withdrawn: 2 })
    expect(await known('203.0.113.3')).toBeUndefined()
    expect(await known('203.0.113.1')).toMatchObject({ sources: ['a'] })
  })

  it('keeps the entries so far if reading fails half-way, and withdraws nothing', async () => {
    await importList('a', [entry('203.0.113.1')])
    async function* failing() {
      for (let i = 0; i < 600; i++) yield entry(`198.51.${i >> 8}.${i & 255}`)
      throw new AppError('SOURCE_FAILED', 'The connection was lost.')
    }
    await expect(importEntries('a', { entries: failing(), complete: true }, options())).rejects.toThrow(
      'The connection was lost.',
    )
    expect(await known('198.51.0.7')).toMatchObject({ sources: ['a'] })
    expect(await known('203.0.113.1')).toMatchObject({ sources: ['a'] })
  })

  it('can be withdrawn as a whole', async () => {
    await importList(
      'a',
      Array.from({ length: 1200 }, (_, i) => entry(`198.51.${i >> 8}.${i & 255}`)),
    )
    await importList('b', [entry('198.51.0.1')])
    expect(await withdrawAll('a', options())).toBe(1200)
    expect(await known('198.51.0.1')).toMatchObject({ sources: ['b'] })
    expect(await known('198.51.0.2')).toMatchObject({ sources: [] })
  })
})

describe('the summary of reports', () => {
  const someReport: fc.Arbitrary<Report> = fc.record({
    threat_level: fc.constantFrom(...severities),
    confidence: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    description: fc.constant(''),
    tags: fc.constant<string[]>([]),
    first_seen: fc.constant(null),
    last_seen: fc.constant(null),
    valid_until: fc.constantFrom(null, '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'),
  })

  it('never becomes less severe or less certain with another malicious report', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), someReport, { maxKeys: 5 }),
        someReport,
        (reports, more) => {
          const bad = { ...more, threat_level: more.threat_level === 'info' ? 'low' : more.threat_level } as const
          const summarize = (all: typeof reports) =>
            summarizeIndicator(ip('203.0.113.9'), all, { now: begin, trust, asked: 0 })
          const [before, after] = [summarize(reports), summarize({ ...reports, 'one more': bad })]
          expect(severities.indexOf(after.threat_level)).toBeGreaterThanOrEqual(severities.indexOf(before.threat_level))
          expect(after.positives).toBeGreaterThanOrEqual(before.positives)
          if (before.positives > 0) expect(after.confidence).toBeGreaterThanOrEqual(before.confidence)
        },
      ),
    )
  })
})

it('remembers the members in any order', () => {
  const hex = fc.stringMatching(/^[0-9a-f]{32}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(hex, fc.integer({ min: -5, max: 5 }))), fc.array(hex), (some, others) => {
      const builder = new MembershipBuilder()
      for (const [id, fingerprint] of some) builder.add(id, fingerprint)
      const members = Membership.decode(builder.build().encode())
      const last = new Map(some)
      for (const [id, fingerprint] of last) expect(members.hasUnchanged(id, fingerprint)).toBe(true)
      for (const id of others)
        expect(members.has(id)).toBe([...last.keys()].some((one) => one.slice(0, 12) === id.slice(0, 12)))
      expect([...members.without(members)]).toEqual([])
      expect([...members.without(Membership.empty)]).toHaveLength(members.size)
    }),
  )
  expect(() => Membership.decode(new Uint8Array([1, 2, 3, 4, 5]))).toThrow(
    expect.objectContaining({ code: 'STATE_VERSION' }),
  )
})

describe('the feed runner', () => {
  const feed = (provider: Provider, changes: Partial<Feed> = {}): Feed => ({
    name: 'a',
    type: 'list',
    every: 60 * minute,
    provider,
    ...changes,
  })
  const runnerOf = (...configured: readonly Feed[]) => createFeedRunner({ ...options(), configured, log: silent })
  const listing = (...values: readonly string[]): Provider => ({
    pull: async ({ etag }) =>
      etag === values.join()
        ? { etag, lastModified: null, cursor: null, complete: true, entries: undefined }
        : {
            etag: values.join(),
            lastModified: null,
            cursor: null,
            complete: true,
            entries: values.map((value) => entry(value)),
            notice: () => 'v1',
          },
  })
  const { signal } = new AbortController()
  const stateOf = async (name: string) => (await store.intelFeeds.list()).find(({ state }) => state.name === name)

  it('pulls each feed at its interval', async () => {
    const pulls: string[] = []
    const counting = (name: string, every: number): Feed => ({
      name,
      type: 'list',
      every,
      provider: {
        async pull() {
          pulls.push(`${name} ${(time - begin) / minute}`)
          return { etag: null, lastModified: null, cursor: null, complete: true, entries: [] }
        },
      },
    })
    const runner = runnerOf(counting('a', 10 * minute), counting('b', 25 * minute))
    for (let i = 0; i <= 30; i++) {
      await runner.pullDue(signal)
      time += minute
    }
    expect(pulls).toEqual(['a 0', 'b 0', 'a 10', 'a 20', 'b 25', 'a 30'])
  })

  it('keeps the entries if the list is unchanged', async () => {
    const runner = runnerOf(feed(listing('203.0.113.1', '203.0.113.2')))
    expect(await runner.pullDue(signal)).toBe(true)
    expect(await runner.pullDue(signal)).toBe(false)
    const first = await stateOf('a')
    expect(first).toMatchObject({
      dueAt: begin + 60 * minute,
      state: {
        entries: 2,
        failures: 0,
        last_error: null,
        interrupted: false,
        notice: 'v1',
        etag: '203.0.113.1,203.0.113.2',
      },
    })
    time += 61 * minute
    await runner.pullDue(signal)
    const second = await stateOf('a')
    expect(second?.state.last_success_at).toBe(new Date(time).toISOString())
    expect(second?.state.last_change_at).toBe(first?.state.last_change_at)
    expect(second?.state.entries).toBe(2)
    expect(await known('203.0.113.1')).toMatchObject({ sources: ['a'] })
  })

  it('waits longer after each failure, and respects Retry-After', async () => {
    let retryAfter: number | undefined
    const failing: Provider = {
      pull: async () => {
        throw new AppError('SOURCE_FAILED', 'The server answered 429.', {
          retryable: true,
          ...(retryAfter !== undefined && { retryAfter }),
        })
      },
    }
    const runner = runnerOf(feed(failing))
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      await runner.pullDue(signal)
      const { dueAt, state } = (await stateOf('a')) ?? {}
      expect(state).toMatchObject({ failures: i + 1, last_error: 'The server answered 429.', interrupted: false })
      waits.push(((dueAt ?? 0) - time) / minute)
      time = dueAt ?? time
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    retryAfter = 4 * 3600
    await runner.pullDue(signal)
    expect((((await stateOf('a'))?.dueAt ?? 0) - time) / minute).toBe(240)
    await expect(runner.pull('a', signal)).rejects.toThrow('The server answered 429.')
  })

  it('recovers from an interrupted pull', async () => {
    let broken = true
    const provider: Provider = {
      pull: async () => ({
        etag: '"1"',
        lastModified: null,
        cursor: null,
        complete: true,
        entries: (function* () {
          for (let i = 0; i < 600; i++) yield entry(`198.51.${i >> 8}.${i & 255}`)
          if (broken) throw new AppError('SOURCE_FAILED', 'The connection was lost.')
        })(),
      }),
    }
    const runner = runnerOf(feed(provider))
    await runner.pullDue(signal)
    expect((await stateOf('a'))?.state).toMatchObject({ interrupted: true, etag: null })
    expect(await known('198.51.0.7')).toMatchObject({ sources: ['a'] })
    broken = false
    expect(await runner.pull('a', signal)).toMatchObject({ interrupted: false, entries: 600, failures: 0 })
    // Entries that are missing from the list after a crash during a pull are withdrawn too.
    const shorter = runnerOf(feed(listing('198.51.0.1')))
    await store.intelFeeds.save({ ...initialFeedState('a', 'list'), interrupted: true }, 0, {
      members: new Uint8Array(),
    })
    await shorter.pull('a', signal)
    expect(await known('198.51.0.7')).toMatchObject({ sources: [] })
    expect(await known('198.51.0.1')).toMatchObject({ sources: ['a'] })
  })

  it('withdraws the entries of feeds that are no longer configured, and keeps imported lists', async () => {
    await runnerOf(feed(listing('203.0.113.1')), feed(listing('203.0.113.2'), { name: 'b' })).pullDue(signal)
    await importEntries('imported', { entries: [entry('203.0.113.3')], complete: true }, options())
    await store.intelFeeds.save(initialFeedState('imported', 'import'), 0)
    await runnerOf(feed(listing('203.0.113.2'), { name: 'b' })).removeUnconfigured()
    expect((await store.intelFeeds.list()).map(({ state }) => state.name)).toEqual(['b', 'imported'])
    expect(await known('203.0.113.1')).toMatchObject({ sources: [] })
    expect(await known('203.0.113.2')).toMatchObject({ sources: ['b'] })
    expect(await known('203.0.113.3')).toMatchObject({ sources: ['imported'] })
  })

  it('lists the configured feeds in the error about an unknown feed', async () => {
    await expect(runnerOf(feed(listing())).pull('c', signal)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Configured feeds: a.',
    })
  })

  it('stops when the signal aborts', async () => {
    const stop = new AbortController()
    const hanging: Provider = {
      pull: (_since, end) => new Promise((_done, fail) => end.addEventListener('abort', () => fail(end.reason))),
    }
    const running = runnerOf(feed(hanging)).pullDue(stop.signal)
    setTimeout(() => stop.abort(new Error('stopped')), 20)
    await expect(running).rejects.toThrow('stopped')
  })
})

describe('the indicator table', () => {
  const tableOf = () =>
    createIndicatorTable({ indicators: store.threatIntel, feeds: store.intelFeeds, now, log: silent })

  it('reads what was committed long after it was stamped', async () => {
    let isCommitted = false
    const indicators = {
      async *changedSince(since: number) {
        for await (const page of store.threatIntel.changedSince(since))
          yield page.filter(({ ioc }) => isCommitted || ioc !== '203.0.113.1')
      },
      settled: async () => (isCommitted ? Number.POSITIVE_INFINITY : begin),
    }
    const table = createIndicatorTable({ indicators, feeds: store.intelFeeds, now, log: silent })
    const find = (value: string) => table.index.find(ip(value), time)?.sources
    await importList('a', [entry('203.0.113.1')])
    time += minute
    await importList('b', [entry('203.0.113.2')])
    await table.refresh()
    expect([find('203.0.113.1'), find('203.0.113.2')]).toEqual([undefined, ['b']])
    isCommitted = true
    await table.refresh()
    expect(find('203.0.113.1')).toEqual(['a'])
  })

  it('follows new, changed, withdrawn and expired indicators', async () => {
    const table = tableOf()
    await importList('a', [
      entry('203.0.113.1'),
      entry('198.51.100.0/24'),
      entry('203.0.113.2', { valid_until: new Date(begin + minute).toISOString() }),
    ])
    // A value that was looked up without a result is not an indicator.
    await store.threatIntel.change([], () => [
      summarizeIndicator(ip('203.0.113.77'), {}, { now: time, trust, asked: 2 }),
    ])
    await table.refresh()
    const find = (value: string) => table.index.find(ip(value), time)?.sources
    expect([find('203.0.113.1'), find('198.51.100.7'), find('203.0.113.2'), find('203.0.113.77')]).toEqual([
      ['a'],
      ['a'],
      ['a'],
      undefined,
    ])
    expect(table.index.size).toBe(3)
    time += 2 * minute
    expect(find('203.0.113.2')).toBeUndefined()
    await importList('a', [entry('203.0.113.1', { threat_level: 'low' })])
    await importList('b', [entry('203.0.113.9')])
    await table.refresh()
    expect(table.index.find(ip('203.0.113.1'), time)?.level).toBe(1)
    expect([find('198.51.100.7'), find('203.0.113.9')]).toEqual([undefined, ['b']])
    // A new table has the same contents.
    const other = tableOf()
    await other.refresh()
    expect(other.index.size).toBe(table.index.size)
    expect(other.index.find(ip('203.0.113.9'), time)).toEqual(table.index.find(ip('203.0.113.9'), time))
  })

  it('finds benign values and exploited vulnerabilities', async () => {
    const benign = (
      match: 'exact' | 'domain' | 'range' | 'substring' | 'pattern',
      value: string,
      list: string = match,
    ): FeedEntry => ({
      kind: 'benign',
      list,
      types: match === 'range' ? ['ip'] : ['domain', 'url', 'ip'],
      match,
      value,
    })
    const entries: FeedEntry[] = [
      benign('exact', '203.0.113.53', 'resolvers'),
      benign('exact', '203.0.113.53', 'more resolvers'),
      benign('exact', 'popular-example.com'),
      benign('domain', 'cdn-example.com'),
      benign('range', '198.51.100.0/24'),
      benign('substring', 'telemetry'),
      benign('pattern', '^crawl-[0-9-]+\\.bot-example\\.com$'),
      benign('pattern', '(unclosed'),
      { kind: 'exploited', cve: 'CVE-2021-44228', name: 'Log4Shell', added: '2021-12-10', ransomware: true },
    ]
    const result = await importEntries('w', { entries, complete: true }, options())
    await store.intelFeeds.save(
      { ...initialFeedState('w', 'misp-warninglist'), last_change_at: new Date(begin).toISOString() },
      0,
      {
        members: result.members,
        ...(result.content && { content: result.content }),
      },
    )
    const table = tableOf()
    await table.refresh()
    const domain = (value: string) => table.benign({ type: 'domain', value })
    expect(table.benign(ip('203.0.113.53'))).toEqual(['resolvers', 'more resolvers'])
    expect([domain('popular-example.com'), domain('evil.popular-example.com')]).toEqual([['exact'], []])
    expect([domain('cdn-example.com'), domain('a.b.cdn-example.com'), domain('notcdn-example.com')]).toEqual([
      ['domain'],
      ['domain'],
      [],
    ])
    expect([table.benign(ip('198.51.100.7')), table.benign(ip('198.51.101.7'))]).toEqual([['range'], []])
    expect([domain('telemetry-example.com'), domain('crawl-1-2.bot-example.com')]).toEqual([['substring'], ['pattern']])
    expect(table.benign({ type: 'url', value: 'https://x.cdn-example.com/evil' })).toEqual(['domain'])
    expect(table.benign({ type: 'hash', value: 'd41d8cd98f00b204e9800998ecf8427e' })).toEqual([])
    expect(table.exploited('cve-2021-44228')).toMatchObject({ name: 'Log4Shell', ransomware: true })
    expect(table.exploited('CVE-2000-0001')).toBeUndefined()
  })
})
