import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { browseAlerts } from '../../compat/triage/browse-alerts.ts'
import { chartAlerts } from '../../compat/triage/chart-alerts.ts'
import { summarizeAlerts } from '../../compat/triage/summarize-alerts.ts'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { OpenStore } from '../../store/open-store.ts'
import { at, begin, sampleAlert, sampleTriage } from '../../store/samples.conformance.ts'
import { listViews } from '../views/list-views.ts'
import { facetFields } from './alert-facets.ts'
import { countAlerts } from './count-alerts.ts'
import { groupFields } from './group-alerts.ts'
import { listAlertIndex } from './list-alert-index.ts'
import { alertSort } from './sort-alerts.ts'
import { updateAlerts } from './update-alerts.ts'
import { wakeAlerts } from './wake-alerts.ts'

const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

const now = begin + 86_400_000
const most = 60
const few = 7

type Facts = Pick<Alert, 'severity' | 'status' | 'assignee' | 'resolution' | 'event_count' | 'last_seen'> & {
  readonly risk: number | null
  readonly snoozed: string | null
}

const facts: fc.Arbitrary<Facts> = fc.record({
  severity: fc.constantFrom('low', 'high', 'critical'),
  status: fc.constantFrom('new', 'triaged', 'investigating', 'resolved', 'false_positive', 'suppressed'),
  assignee: fc.constantFrom(null, 'noor', 'sam'),
  resolution: fc.constantFrom(null, 'expected'),
  event_count: fc.integer({ min: 1, max: 5 }),
  last_seen: fc.integer({ min: 1, max: 1_400 }).map(at),
  risk: fc.option(fc.integer({ min: 0, max: 100 })),
  snoozed: fc.constantFrom(null, null, at(1_000), at(2_000)),
})

const toAlert = (number: number, { risk, snoozed, ...rest }: Facts): Alert =>
  sampleAlert(number, {
    ...rest,
    title: number % 2 === 0 ? 'Disk is full' : `${number} failed logins`,
    created_at: at(number),
    triage: risk === null ? null : { ...sampleTriage, risk_score: risk },
    ...(snoozed !== null && { snoozed_until: snoozed }),
  })

const filters = [
  '',
  'open:true',
  'open:false',
  'status:resolved',
  '-status:new',
  'severity:high open:true',
  'snoozed:true',
  'assignee:noor OR risk_score:>50',
  'disk',
  '"failed logins" status:resolved',
  'event_id:"0-7"',
  'last_seen:>now-12h',
] as const

/** Checks on any database that answers do not depend on how many alerts fit in memory. */
export const describeManyAlerts = (
  name: string,
  empty: () => Promise<void>,
  open: (alertsInMemory: number) => Promise<OpenStore>,
) => {
  describe(`more alerts than fit in memory ${name}`, () => {
    let small: OpenStore
    let large: OpenStore
    beforeAll(async () => {
      await empty()
      small = await open(few)
      large = await open(10 * most)
    })
    afterAll(async () => {
      await small.close()
      await large.close()
    })

    const deps = (store: OpenStore) => ({
      store,
      queue: openEmbeddedQueue({ connections: store.connections, now: () => now, log }),
      now: () => now,
      newId: randomUUID,
      actor: { name: 'noor', role: 'analyst' } as const,
    })

    const listed = async (store: OpenStore, input: object): Promise<readonly unknown[]> => {
      const pages: unknown[] = []
      let cursor: string | undefined
      do {
        const page = await listAlertIndex.run(
          listAlertIndex.input.parse({ limit: 13, ...input, ...(cursor !== undefined && { cursor }) }),
          deps(store),
        )
        pages.push(page)
        cursor = page.next_cursor ?? undefined
      } while (cursor !== undefined)
      return pages
    }

    const answers = async (
      store: OpenStore,
      q: string,
      sort: string,
      group: string,
      range: { readonly from?: string },
    ): Promise<readonly unknown[]> => [
      await listed(store, { q, sort, ...range }),
      await listed(store, { q, sort, group, ...range }),
      await countAlerts.run(countAlerts.input.parse({ q, ...range, fields: [...facetFields], bars: 20 }), deps(store)),
      await browseAlerts.run(browseAlerts.input.parse({ skip: 5, limit: 9, active: q === 'open:true' }), deps(store)),
      await chartAlerts.run(chartAlerts.input.parse({ time_range: '30d' }), deps(store)),
      await summarizeAlerts.run({}, deps(store)),
      await listViews.run({ counted: true }, deps(store)),
    ]

    it('gives the same answers as with all alerts in memory', async () => {
      const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: most - 1 }), facts), { maxLength: 15 })
      const question = fc.record({
        q: fc.constantFrom(...filters),
        sort: fc.constantFrom(...alertSort.options),
        group: fc.constantFrom(...groupFields),
        range: fc.constantFrom({}, { from: at(700) }),
      })
      await fc.assert(
        fc.asyncProperty(changes, question, async (changed, { q, sort, group, range }) => {
          await small.transaction((tx) =>
            small.alerts.save(
              changed.map(([number, more]) => toAlert(number, more)),
              tx,
            ),
          )
          expect(await answers(small, q, sort, group, range)).toEqual(await answers(large, q, sort, group, range))
        }),
        { numRuns: runs(60) },
      )
    })

    it('updates all matches, and ends all expired snoozes', async () => {
      const alerts = Array.from({ length: most }, (_, number) =>
        sampleAlert(number, number % 3 === 0 ? { snoozed_until: at(number) } : { status: 'triaged' }),
      )
      await small.transaction((tx) => small.alerts.save(alerts, tx))
      expect(await wakeAlerts(deps(small))).toBe(20)
      expect(await wakeAlerts(deps(small))).toBe(0)
      const input = { filter: 'status:triaged', action: 'assign', assignee: 'sam' }
      expect(await updateAlerts.run(updateAlerts.input.parse(input), deps(small))).toMatchObject({
        matched: 40,
        changed: 40,
      })
      for (const store of [small, large]) {
        expect(await listed(store, { q: 'assignee:sam', limit: 500 })).toMatchObject([{ total: 40 }])
        expect(await listed(store, { q: 'snoozed:true' })).toMatchObject([{ total: 0 }])
      }
    })

    it('drops alerts that another process removed', async () => {
      const alerts = Array.from({ length: most }, (_, number) =>
        sampleAlert(number, { status: number % 4 === 0 ? 'resolved' : 'triaged' }),
      )
      await small.transaction((tx) => small.alerts.save(alerts, tx))
      expect(await listed(large, { limit: 500 })).toMatchObject([{ total: 60 }])
      expect(await small.retention.retain({ alerts: Number.MAX_SAFE_INTEGER })).toMatchObject({ alerts: 15 })
      for (const store of [small, large]) {
        expect(await listed(store, { limit: 500 })).toMatchObject([{ total: 45 }])
        expect(await store.alerts.total()).toBe(45)
      }
    })
  })
}
