import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configSchema } from '../../config/schema.ts'
import { createIntel } from '../../intel/create-intel.ts'
import { type FakeServer, startFakeServer } from '../../intel/http-server.fake.ts'
import type { Actor, Role } from '../../schema/account/role.ts'
import { type OpenStore, openStore } from '../../store/open-store.ts'
import { addIndicators } from './add-indicators.ts'
import { expireIndicator } from './expire-indicator.ts'
import { importIndicators } from './import-indicators.ts'
import { listIndicators } from './list-indicators.ts'
import { listIntelSources } from './list-intel-sources.ts'
import { lookUpIntel } from './look-up-intel.ts'
import { pullFeed } from './pull-feed.ts'
import { removeIndicator } from './remove-indicator.ts'
import { removeIntelList } from './remove-intel-list.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const begin = Date.UTC(2026, 0, 5, 8)
const day = 86_400_000
const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../intel/feeds/fixtures', name), 'utf8')

let store: OpenStore
let wire: FakeServer
let time = begin
let deps: Awaited<ReturnType<typeof openDeps>>

const openDeps = async (settings: object = {}, role: Role = 'analyst') => {
  const now = () => time
  const config = configSchema.parse({ intel: settings })
  const runtime = { now, fetch, log, signal: new AbortController().signal }
  const { intel } = createIntel({ config, store, runtime })
  await intel.table.refresh()
  return { store, intel, now, actor: { name: 'ana', role } satisfies Actor }
}
beforeEach(async () => {
  time = begin
  store = await openStore('sqlite::memory:', { now: () => time, log })
  wire = await startFakeServer(() => ({ status: 404 }))
  deps = await openDeps()
})
afterEach(async () => {
  await wire.close()
  await store.close()
})

const add = (...values: readonly string[]) =>
  addIndicators.run(addIndicators.input.parse({ indicators: values.map((value) => ({ value })) }), deps)
const take = (name: string, table: string, changes: object = {}) =>
  importIndicators.run(importIndicators.input.parse({ name, table, ...changes }), deps)
const list = async (query: object = {}) =>
  (await listIndicators.run(listIndicators.input.parse(query), deps)).data.map(({ ioc }) => ioc)
const lookUp = (input: object) => lookUpIntel.run(lookUpIntel.input.parse(input), deps)
const audited = async () =>
  (await store.audit.list({ limit: 50 })).items.map(({ action, target_id }) => [action, target_id])

describe('indicators of our own', () => {
  it('count at once, with what was said of them', async () => {
    const made = await addIndicators.run(
      addIndicators.input.parse({
        indicators: [{ value: 'EVIL[.]example.net' }, { value: '10.0.0.0/24' }, { value: 'no value at all' }],
        description: 'Seen in a mail',
        tlp: 'amber',
        valid_until: 'now+7d',
      }),
      deps,
    )
    expect(addIndicators.output.parse(made)).toMatchObject({
      added: 2,
      changed: 0,
      errors: [{ value: 'no value at all' }],
    })
    const { data } = lookUpIntel.output.parse(await lookUp({ value: 'https://www.evil.example.net/a' }))
    expect(data).toMatchObject([
      { type: 'url', reported_by: [], stays_here: expect.stringContaining('configuration') },
      {
        value: 'www.evil.example.net',
        reported_by: ['own'],
        tlp: 'amber',
        stays_here: 'it is marked tlp:amber',
        indicator: {
          threat_level: 'high',
          confidence: 0.9,
          description: 'Seen in a mail',
          reports: { own: { tags: ['tlp:amber'] } },
        },
      },
    ])
    expect(await audited()).toEqual([['add_indicators', '2 values']])
  })

  it('expire when set to, and can be removed; data of other sources stays', async () => {
    await take('theirs', '203.0.113.9\n')
    await add('203.0.113.9', '203.0.113.10')
    const expire = (input: object) => expireIndicator.run(expireIndicator.input.parse(input), deps)
    expect((await expire({ id: '203.0.113.9', valid_until: 'now+1d' })).reports.own?.valid_until).toBe(
      new Date(begin + day).toISOString(),
    )
    time += 2 * day
    expect((await lookUp({ value: '203.0.113.9' })).data[0]?.reported_by).toEqual(['theirs'])
    await expire({ id: '203.0.113.10' })
    time += 1
    expect(await list()).toEqual(['203.0.113.9'])
    expect(await list({ all: true })).toContain('203.0.113.10')
    await add('203.0.113.9')
    const { id } = await removeIndicator.run({ id: '203.0.113[.]9' }, deps)
    expect((await store.threatIntel.get(id))?.sources).toEqual(['theirs'])
    await expect(removeIndicator.run({ id }, deps)).rejects.toMatchObject({ code: 'CONFLICT', hint: /theirs/ })
    await expect(removeIndicator.run({ id: '203.0.113.99' }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('refuses what cannot be looked up, and an end that has passed', async () => {
    await expect(add('nothing', 'co.uk')).rejects.toMatchObject({ code: 'INVALID_REQUEST', errors: [{}, {}] })
    const past = addIndicators.input.parse({ indicators: [{ value: '203.0.113.9' }], valid_until: '2025-01-01' })
    await expect(addIndicators.run(past, deps)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(await list({ all: true })).toEqual([])
  })

  it('are found by a part of the value, type, level and source', async () => {
    await add('203.0.113.9', 'evil.example.net')
    await take('more', '198.51.100.7\n', { level: 'low' })
    expect(await list({ search: 'evil' })).toEqual(['evil.example.net'])
    expect(await list({ type: 'ip', level: 'low' })).toEqual(['198.51.100.7'])
    expect((await list({ source: 'own' })).sort()).toEqual(['203.0.113.9', 'evil.example.net'])
  })
})

describe('a list that is imported', () => {
  it('is previewed before it is imported', async () => {
    const seen = importIndicators.output.parse(await take('mail', '203.0.113.9\nnothing\n', { preview: true }))
    expect(seen).toMatchObject({
      ...{ preview: true, format: 'list', entries: 1, added: 1, withdrawn: 0 },
      skipped: [{ count: 1, sample: 'nothing' }],
      samples: [{ value: '203.0.113.9', type: 'ip', threat_level: 'medium' }],
    })
    expect([await list({ all: true }), (await listIntelSources.run({}, deps)).data]).toEqual([[], []])
    expect(await audited()).toEqual([])
  })

  it('is replaced by a later one of its name, and removed as a whole', async () => {
    await take('mail', '203.0.113.9\n203.0.113.10\n')
    time += 1000
    expect(await take('mail', '203.0.113.10\n203.0.113.11\n')).toMatchObject({ added: 1, changed: 0, withdrawn: 1 })
    expect((await list()).sort()).toEqual(['203.0.113.10', '203.0.113.11'])
    expect((await listIntelSources.run({}, deps)).data).toMatchObject([
      { name: 'mail', kind: 'import', state: 'ok', entries: 2, next_pull_at: null },
    ])
    expect(await removeIntelList.run({ name: 'mail' }, deps)).toMatchObject({ entries: 2 })
    expect([await list(), deps.intel.table.index.find({ type: 'ip', value: '203.0.113.10' }, time)]).toEqual([
      [],
      undefined,
    ])
    await expect(removeIntelList.run({ name: 'mail' }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await audited()).map(([action]) => action)).toEqual([
      'remove_intel_list',
      'import_indicators',
      'import_indicators',
    ])
  })

  it.each([
    ['drop.json', 'spamhaus-drop'],
    ['stix.json', 'stix'],
    ['misp-event.json', 'misp'],
    ['warninglist-ranges.json', 'misp-warninglist'],
    ['kev.json', 'cisa-kev'],
    ['urlhaus.json', 'urlhaus'],
    ['threatfox.json', 'threatfox'],
    ['threatfox-export.json', 'threatfox'],
    ['feodo.json', 'feodo'],
    ['malwarebazaar.json', 'malwarebazaar'],
    ['tor-exit-addresses.txt', 'tor-exits'],
    ['rows.json', 'json'],
    ['table.csv', 'csv'],
    ['remarked.csv', 'csv'],
    ['bare.csv', 'csv'],
    ['list.txt', 'list'],
    ['tor-bulk.txt', 'list'],
  ])('is known for what it is: %s', async (file, format) => {
    expect(await take('guessed', fixture(file), { preview: true })).toMatchObject({ format })
  })

  it('carries its defaults, and markings of its rows', async () => {
    await take('ours', 'ioc,tlp\n203.0.113.9,RED\n45.33.32.156,\n', { level: 'low', tlp: 'green', tags: ['x'] })
    const tags = async (value: string) => (await lookUp({ value })).data[0]?.indicator.tags
    expect(await tags('203.0.113.9')).toEqual(['tlp:green', 'tlp:red', 'x'])
    expect((await lookUp({ value: '203.0.113.9' })).data[0]).toMatchObject({ tlp: 'red' })
    expect((await lookUp({ value: '45.33.32.156' })).data[0]).toMatchObject({ tlp: 'green', stays_here: null })
  })

  it('changes nothing when it cannot be read to its end', async () => {
    await take('bundle', fixture('stix.json'))
    const before = await list({ all: true })
    const half = fixture('stix.json').slice(0, 900)
    for (const [table, format] of [
      [half, 'stix'],
      ['<html>busy</html>\n', 'list'],
      ['{"no": "list"}', undefined],
      [`${'['.repeat(50_000)}`, undefined],
    ]) {
      await expect(take('bundle', table ?? '', { format })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        hint: expect.stringContaining('format'),
      })
    }
    expect(await list({ all: true })).toEqual(before)
  })

  it('is not called like somebody else', async () => {
    deps = await openDeps({ feeds: [{ type: 'list', url: wire.url, name: 'theirs' }] })
    for (const name of ['theirs', 'own']) {
      await expect(take(name, '203.0.113.9\n')).rejects.toMatchObject({ code: 'CONFLICT' })
    }
    for (const name of ['a, b', '', '../x']) expect(() => importIndicators.input.parse({ table: 'x', name })).toThrow()
  })
})

describe('feeds', () => {
  const feeds = () => ({ feeds: [{ type: 'list', url: wire.url, name: 'theirs', every: '1h' }] })
  const pull = (name: string) => pullFeed.run({ name }, deps)

  it('are pulled on request, and report their state', async () => {
    deps = await openDeps(feeds())
    const state = async () => (await listIntelSources.run({}, deps)).data[0]
    expect(await state()).toMatchObject({
      kind: 'feed',
      state: 'waiting',
      entries: 0,
      licence: 'See the publisher’s terms.',
    })
    wire.answer = () => ({ body: '203.0.113.9\n', headers: { etag: '"1"' } })
    expect(pullFeed.output.parse(await pull('theirs'))).toMatchObject({
      done: true,
      source: { state: 'ok', entries: 1, next_pull_at: new Date(begin + 3_600_000).toISOString() },
    })
    expect((await lookUp({ value: '203.0.113.9' })).data[0]?.reported_by).toEqual(['theirs'])
    wire.answer = ({ headers }) => ({ status: headers['if-none-match'] === '"1"' ? 304 : 500 })
    await pull('theirs')
    wire.answer = () => ({ status: 503 })
    await expect(pull('theirs')).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
    expect(await state()).toMatchObject({
      state: 'failing',
      failures: 1,
      entries: 1,
      last_error: expect.stringContaining('503'),
    })
    await expect(pull('other')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('are asked once when several people want them at once', async () => {
    deps = await openDeps(feeds())
    wire.answer = () => ({ body: '203.0.113.9\n' })
    await Promise.all([pull('theirs'), pull('theirs'), pull('theirs')])
    expect(wire.requests).toHaveLength(1)
  })
})

describe('looking up', () => {
  it('finds the values in a text', async () => {
    await add('203.0.113.9', 'evil.example.net')
    await take('kev', fixture('kev.json'))
    const found = await lookUp({
      text: 'From 203.0.113[.]9 to hxxp://evil[.]example[.]net/x and 192.0.2.1, cve-2021-44228',
    })
    const known = found.data.filter(({ reported_by }) => reported_by.length > 0).map(({ value }) => value)
    expect(known.sort()).toEqual(['203.0.113.9', 'evil.example.net'])
    expect(found.exploited).toMatchObject([{ cve: 'CVE-2021-44228', ransomware: true }])
    expect(await lookUp({ value: 'CVE-2021-44228' })).toMatchObject({ data: [], exploited: [{}] })
    // Looking alone writes nothing.
    expect(await list({ search: '192.0.2', all: true })).toEqual([])
  })

  it('says what it needs', async () => {
    for (const input of [{}, { value: '203.0.113.9', text: 'x' }, { value: 'nothing' }, { value: 'x', type: 'ip' }]) {
      await expect(lookUp(input)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    }
    deps = await openDeps({}, 'viewer')
    expect((await lookUp({ value: '203.0.113.9' })).data).toHaveLength(1)
    await expect(lookUp({ value: '203.0.113.9', ask_others: true })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('queries vendors on request, and shows their remaining quota', async () => {
    deps = await openDeps({ lookups: [{ type: 'greynoise', url: wire.url, api_key: 'k', daily: 1 }] })
    wire.answer = () => ({
      body: JSON.stringify({ ip: '45.33.32.156', noise: true, riot: false, classification: 'malicious', name: 'x' }),
    })
    expect((await lookUp({ value: '45.33.32.156' })).data[0]?.asked).toEqual([])
    expect((await lookUp({ value: '45.33.32.156', ask_others: true })).data[0]).toMatchObject({
      reported_by: ['greynoise'],
    })
    expect((await listIntelSources.run({}, deps)).data).toMatchObject([
      { name: 'greynoise', kind: 'lookup', state: 'used_up', entries: null, daily: 1, used_today: 1 },
    ])
    expect(wire.requests).toHaveLength(1)
  })
})
