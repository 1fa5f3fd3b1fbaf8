import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import type { OpenStore } from '../../store/open-store.ts'
import { at, begin, sampleAlert, sampleIncident, sampleTriage } from '../../store/samples.conformance.ts'
import { groupFields } from './group-alerts.ts'
import { listAlertIndex } from './list-alert-index.ts'
import { listAlerts } from './list-alerts.ts'
import { updateAlerts } from './update-alerts.ts'

const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

const now = begin + 86_400_000
const hosts = ['web-01', 'WEB-01', 'db "main"', 'back\\slash', `long-${'x'.repeat(200)}`]

const alerts = Array.from({ length: 90 }, (_, number) => {
  const alert = sampleAlert(number, {
    severity: (['low', 'high', 'critical'] as const)[number % 3] ?? 'low',
    status: number % 5 === 0 ? 'resolved' : 'triaged',
    assignee: number % 4 === 0 ? 'noor' : null,
    techniques: number % 3 === 0 ? ['T1110.001'] : [],
    ...(number % 4 === 0 && { rules: [{ id: `rule-${number % 3}`, title: 'Cron job put in place' }] }),
    incident_id: number % 6 === 0 ? sampleIncident(1).id : null,
    triage: number % 7 === 0 ? null : { ...sampleTriage, risk_score: number % 13 },
    created_at: at(number),
    last_seen: at(number % 10),
  })
  const names = number % 8 === 0 ? [] : [hosts[number % 5] ?? '', hosts[(number * 7) % 5] ?? '']
  const entities = alert.entities.filter(({ type }) => type !== 'host')
  return { ...alert, entities: [...entities, ...names.map((value) => ({ type: 'host' as const, value }))] }
})

/** Checks on any database that alert groups agree with filters. */
export const describeAlertGroups = (name: string, open: (now: () => number) => Promise<OpenStore>) => {
  describe(`alert groups ${name}`, () => {
    let store: OpenStore
    beforeEach(async () => {
      store = await open(() => now)
      await store.transaction(async (tx) => {
        await store.incidents.save([sampleIncident(1)], tx)
        await store.alerts.save(alerts, tx)
      })
    })
    afterEach(() => store.close())

    const deps = () => ({
      store,
      queue: openEmbeddedQueue({ connections: store.connections, now: () => now, log }),
      now: () => now,
      newId: randomUUID,
      actor: { name: 'noor', role: 'analyst' } as const,
    })
    const entries = (input: object) => listAlertIndex.run(listAlertIndex.input.parse(input), deps())

    it.each(groupFields)('by %s are paged, each with the count that its filter finds', async (group) => {
      for (const [q, sort] of [
        ['', '-risk_score'],
        ['severity:low OR assignee:noor', 'last_seen'],
      ] as const) {
        const all = await entries({ q, sort, group, limit: 500 })
        const paged: unknown[] = []
        let cursor: string | undefined
        do {
          const page = await entries({
            q,
            sort,
            group,
            limit: 2,
            as_of: all.as_of,
            ...(cursor !== undefined && { cursor }),
          })
          expect(page).toMatchObject({ total: all.total, group_total: all.groups?.length })
          paged.push(...(page.groups ?? []))
          cursor = page.next_cursor ?? undefined
        } while (cursor !== undefined)
        expect(paged).toEqual(all.groups)
        expect(all.groups?.length).toBeGreaterThan(0)
        const places = new Map((await entries({ q, sort, limit: 500 })).data.map(({ id }, place) => [id, place]))
        expect(all.data.map(({ id }) => places.get(id))).toEqual(
          all.data.map(({ id }) => places.get(id)).toSorted((a = 0, b = 0) => a - b),
        )
        for (const { filter, count, open, lead_id } of all.groups ?? []) {
          const inside = `(${q === '' ? '*' : q}) AND ${filter}`
          const members = await entries({ q: inside, sort, limit: 1 })
          expect([filter, members.total, members.data[0]?.id]).toEqual([filter, count, lead_id])
          expect((await entries({ q: `${inside} AND open:true` })).total).toBe(open)
        }
      }
    })

    it("include the incident's name, also for whole alerts", async () => {
      const { data, groups } = await listAlerts.run(listAlerts.input.parse({ group: 'incident_id' }), deps())
      expect(groups?.map(({ value, name, count }) => [value, name, count])).toEqual([
        [null, null, 75],
        [sampleIncident(1).id, `${sampleIncident(1).display_id} ${sampleIncident(1).title}`, 15],
      ])
      expect(data.map(({ id, evidence }) => [id, evidence.length > 0])).toEqual(
        groups?.map(({ lead_id }) => [lead_id, true]),
      )
    })

    it('can be updated in one request', async () => {
      const { groups, as_of } = await entries({ q: 'open:true', group: 'host' })
      const group = groups?.find(({ value }) => value === 'db "main"')
      expect(group?.count).toBeGreaterThan(0)
      const input = { filter: `open:true AND ${group?.filter}`, as_of, action: 'assign', assignee: 'sam' }
      const report = await updateAlerts.run(updateAlerts.input.parse(input), deps())
      expect(report).toMatchObject({ matched: group?.count, changed: group?.count })
      expect((await entries({ q: 'assignee:sam' })).total).toBe(group?.count)
    })
  })
}
