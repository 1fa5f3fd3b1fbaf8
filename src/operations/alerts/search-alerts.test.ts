import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { toAlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import { openStore } from '../../store/open-store.ts'
import { at, begin, sampleAlert, sampleTriage } from '../../store/samples.conformance.ts'
import type { Store } from '../../store/store.ts'
import { alertFilter } from '../filter.ts'
import { countAlerts } from './count-alerts.ts'
import { listAlertIndex } from './list-alert-index.ts'
import { listAlerts } from './list-alerts.ts'
import { parseAlertSearch, searchAlerts } from './search-alerts.ts'

const now = begin + 86_400_000
const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

const alerts: readonly Alert[] = Array.from({ length: 60 }, (_, number) =>
  sampleAlert(number, {
    severity: (['low', 'high', 'critical'] as const)[number % 3] ?? 'low',
    status: number % 5 === 0 ? 'resolved' : 'triaged',
    assignee: number % 4 === 0 ? 'noor' : null,
    title: number % 2 === 0 ? 'Disk is full' : `${number} failed logins`,
    techniques: number % 3 === 0 ? ['T1110.001'] : [],
    triage: number % 7 === 0 ? null : { ...sampleTriage, risk_score: number },
    created_at: at(number * 10),
    last_seen: at(number * 10 + 1),
  }),
)

describe('searching alerts', () => {
  let store: Store
  beforeEach(async () => {
    store = await openStore('sqlite::memory:', { now: () => now, log })
    await store.transaction((tx) => store.alerts.save(alerts, tx))
  })
  afterEach(() => store.close())

  const deps = () => ({ store, now: () => now, actor: { name: 'noor', role: 'viewer' } as const })
  const list = (input: object) => listAlerts.run(listAlerts.input.parse(input), deps())
  const count = (input: object) => countAlerts.run(countAlerts.input.parse(input), deps())
  const found = async (q: string) =>
    (await Array.fromAsync(searchAlerts(parseAlertSearch({ q }, now), store)))
      .flat()
      .map(({ id }) => id)
      .sort()

  it('finds the same matches through every operation', async () => {
    const term = fc.constantFrom(
      'severity:high',
      'severity:>low',
      'open:true',
      'assignee:*',
      'technique:T1110',
      'risk_score:>=30',
      'title:disk',
      'ip:203.0.113.0/28',
      'event_id:"0-7"',
      'last_seen:>now-20h',
      'failed',
      'full',
      'case',
      '203.0.113.7',
      '"failed logins"',
      '"password for root"',
      'log*ins',
      'nothing',
    )
    const filter = fc.letrec<{ filter: string }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 3 },
        term,
        fc.tuple(tie('filter'), tie('filter')).map(([a, b]) => `(${a} AND ${b})`),
        fc.tuple(tie('filter'), tie('filter')).map(([a, b]) => `(${a} OR ${b})`),
        tie('filter').map((a) => `NOT (${a})`),
      ),
    })).filter
    await fc.assert(
      fc.asyncProperty(filter, async (q) => {
        const { matches } = alertFilter(q, now)
        expect(await found(q)).toEqual(
          alerts
            .filter(matches)
            .map(({ id }) => id)
            .sort(),
        )
      }),
      { numRuns: runs(200) },
    )
  })

  it('pages through any order, each alert once, with a total', async () => {
    for (const sort of ['-created_at', 'risk_score', '-severity', '-event_count'] as const) {
      const seen: Alert[] = []
      let cursor: string | undefined
      do {
        const page = await list({ q: 'open:true', sort, limit: 7, ...(cursor !== undefined && { cursor }) })
        expect(page.total).toBe(48)
        seen.push(...page.data)
        cursor = page.next_cursor ?? undefined
      } while (cursor !== undefined)
      expect(new Set(seen.map(({ id }) => id)).size).toBe(48)
      expect(seen).toHaveLength(48)
    }
    const byRisk = (await list({ sort: '-risk_score', limit: 30 })).data.map(({ triage }) => triage?.risk_score)
    expect(byRisk.slice(0, 10)).toEqual([...Array.from({ length: 9 }, () => undefined), 59])
    expect((await list({ sort: '-severity' })).data[0]).toMatchObject({ severity: 'critical', last_seen: at(591) })
  })

  it('lists index entries like alerts', async () => {
    const input = { q: 'severity:high', sort: '-last_seen', limit: 8 } as const
    const [whole, entries] = [await list(input), await listAlertIndex.run(listAlertIndex.input.parse(input), deps())]
    expect(entries).toEqual({ ...whole, data: whole.data.map(toAlertIndexEntry) })
    expect(listAlertIndex.output.parse(entries)).toEqual(entries)
  })

  it('excludes alerts after `as_of`, and resolves `now` from there', async () => {
    expect((await list({ as_of: at(295) })).total).toBe(30)
    expect((await list({ as_of: at(295), from: 'now-1h' })).total).toBe(6)
    expect((await list({ as_of: at(295), q: 'last_seen:>now-1h' })).total).toBe(6)
    await expect(list({ as_of: 'whenever' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it("counts field values, ignoring the filter's terms on the counted field", async () => {
    const valuesOf = async (q: string, field: string) => {
      const { total, of, facets } = await count({ q, fields: ['severity', 'assignee', 'technique', 'ip'] })
      const facet = facets.find((one) => one.field === field)
      return {
        total,
        of,
        without: facet?.without,
        ...Object.fromEntries((facet?.values ?? []).map((v) => [v.value, v.count])),
      }
    }
    expect(await valuesOf('', 'severity')).toEqual({ total: 60, of: 60, without: 0, low: 20, high: 20, critical: 20 })
    expect(await valuesOf('severity:(low OR high) open:true', 'severity')).toEqual({
      total: 32,
      of: 60,
      without: 0,
      low: 16,
      high: 16,
      critical: 16,
    })
    expect(await valuesOf('severity:low', 'assignee')).toEqual({ total: 20, of: 60, without: 15, noor: 5 })
    expect(await valuesOf('-assignee:* severity:low', 'assignee')).toEqual({ total: 15, of: 60, without: 15, noor: 5 })
    // An alert that fails two terms counts in neither field.
    expect(await valuesOf('severity:low technique:T1110.001 assignee:noor', 'severity')).toMatchObject({
      total: 5,
      low: 5,
    })
    expect(await valuesOf('', 'technique')).toEqual({ total: 60, of: 60, without: 40, 'T1110.001': 20 })
    expect(await valuesOf('disk severity:high', 'severity')).toMatchObject({ total: 10, high: 10, low: 10 })
  })

  it('returns the most frequent values, or those that contain a text', async () => {
    const { facets } = await count({ fields: ['ip'], limit: 3, contains: '113.1' })
    expect(facets[0]).toEqual({
      field: 'ip',
      values: ['203.0.113.1', '203.0.113.10', '203.0.113.11'].map((value) => ({ value, count: 1 })),
      distinct: 60,
      without: 0,
    })
  })

  it('counts over time, including empty steps', async () => {
    const { bars } = await count({ q: 'severity:high', bars: 20 })
    expect(bars.step_ms).toBe(1_800_000)
    expect(bars.steps).toHaveLength(20)
    expect(bars.steps[0]).toEqual({ time: at(0), counts: { high: 1 } })
    expect(bars.steps.reduce((sum, { counts }) => sum + (counts.high ?? 0), 0)).toBe(20)
    expect((await count({ q: 'nothing', bars: 20 })).bars).toEqual({ step_ms: 0, steps: [] })
  })
})
