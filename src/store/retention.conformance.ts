import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Alert } from '../schema/alert/alert.ts'
import { createAuditStore } from './audit/audit.ts'
import type { OpenStore } from './open-store.ts'
import * as sample from './samples.conformance.ts'

const day = 86_400_000

/** Checks that retention removes what is old and over, with everything that belongs to it, in any database. */
export const describeRetention = (name: string, open: (now: () => number) => Promise<OpenStore>) => {
  describe(`retention ${name}`, () => {
    let store: OpenStore
    let time = sample.begin
    beforeEach(async () => {
      time = sample.begin
      store = await open(() => time)
    })
    afterEach(() => store.close())

    const saveAlerts = (alerts: readonly Alert[]) => store.transaction((tx) => store.alerts.save(alerts, tx))
    const ids = async () => (await store.alerts.list({ limit: 500 })).items.map(({ id }) => id).sort()
    const id = (number: number) => sample.sampleAlert(number).id
    const count = async (table: 'alert_heads' | 'triage_results' | 'detections' | 'notifications') =>
      (await store.connections.read.selectFrom(table).selectAll().execute()).length

    const writeAudit = (entries: number) =>
      store.transaction((tx) =>
        store.audit.append(
          Array.from({ length: entries }, () => ({
            ...{ time, actor: 'ana', action: 'close', target_type: 'alert', target_id: 'a' },
            ...{ old_values: 1, new_values: 2 },
          })),
          tx,
        ),
      )

    it('removes closed alerts with all that belongs to them, and never open ones', async () => {
      await store.transaction(async (tx) => {
        await store.detections.save(
          [0, 1, 2].map((number) => sample.sampleDetection(number)),
          tx,
        )
        await store.triageResults.save([{ alertId: id(1), result: sample.sampleTriage }], tx)
      })
      await saveAlerts([
        sample.sampleAlert(0, { snoozed_until: sample.at(5) }),
        sample.sampleAlert(1, { status: 'resolved' }),
        sample.sampleAlert(2, { status: 'suppressed' }),
      ])
      time += 10 * day
      await saveAlerts([sample.sampleAlert(3, { status: 'resolved' })])
      const gone: string[] = []
      store.alerts.onRemoved((removed) => gone.push(...removed))
      expect(await store.alerts.recent()).toHaveLength(4)

      expect(await store.retention.retain({ alerts: time - day })).toEqual({
        alerts: 2,
        incidents: 0,
        detections: 0,
        audit: 0,
      })
      expect(await ids()).toEqual([id(0), id(3)])
      expect((await store.alerts.recent()).map((alert) => alert.id)).toEqual([id(0), id(3)])
      expect(gone.toSorted()).toEqual([id(1), id(2)])
      expect(await store.alerts.total()).toBe(2)
      expect([...(await store.alerts.containing(['logins']))].sort()).toEqual([id(0), id(3)])
      expect(await count('triage_results')).toBe(0)
      expect(await count('detections')).toBe(1)

      // The rows that announce the removal to other processes are removed after a day, and an alert may come back.
      expect(await count('alert_heads')).toBe(4)
      time += 2 * day
      await store.retention.retain({})
      expect(await count('alert_heads')).toBe(2)
      await saveAlerts([sample.sampleAlert(1, { status: 'resolved' })])
      expect(await store.alerts.recent()).toHaveLength(3)
    })

    it('removes an incident together with its alerts, when all of them are over and old', async () => {
      const member = (number: number) => ({ alert_id: id(number), reason: '', added_at: sample.at(0) })
      const incident = (number: number, status: 'open' | 'closed', members: readonly number[]) =>
        sample.sampleIncident(number, { status, members: members.map(member) })
      const alert = (number: number, home: number, status: Alert['status']) =>
        sample.sampleAlert(number, { status, incident_id: sample.sampleIncident(home).id })
      await store.transaction(async (tx) => {
        await store.incidents.save(
          [incident(1, 'closed', [1, 2]), incident(2, 'closed', [3, 4]), incident(3, 'open', [5])],
          tx,
        )
        await store.notifications.plan([sample.sampleNotification(1, { incident_id: sample.sampleIncident(1).id })], tx)
        await store.alerts.save(
          [
            alert(1, 1, 'resolved'),
            alert(2, 1, 'false_positive'),
            alert(3, 2, 'resolved'),
            alert(4, 2, 'triaged'),
            alert(5, 3, 'resolved'),
          ],
          tx,
        )
      })
      time += 10 * day
      const limits = { alerts: time - day, incidents: time - day }
      // With an unlimited age of either kind, the two stay together.
      expect(await store.retention.retain({ alerts: time - day })).toMatchObject({ alerts: 0 })
      expect(await store.retention.retain({ incidents: time - day })).toMatchObject({ incidents: 0 })
      expect(await store.retention.retain(limits)).toMatchObject({ alerts: 2, incidents: 1 })
      expect(await ids()).toEqual([id(3), id(4), id(5)])
      expect((await store.incidents.list({ limit: 9 })).items).toHaveLength(2)
      expect(await count('notifications')).toBe(0)
      expect(await store.retention.retain(limits)).toMatchObject({ alerts: 0, incidents: 0 })
    })

    it('removes detections by when they were saved, but not those of open alerts', async () => {
      const save = (number: number, dedup_key: string) =>
        store.transaction((tx) => store.detections.save([sample.sampleDetection(number, { dedup_key })], tx))
      await save(1, 'of an open alert')
      await save(2, 'of a closed alert')
      await saveAlerts([
        sample.sampleAlert(1, { dedup_key: 'of an open alert' }),
        sample.sampleAlert(2, { dedup_key: 'of a closed alert', status: 'resolved' }),
      ])
      time += 10 * day
      // Its own times are of long ago: it came with an old file.
      await save(3, 'of nothing')
      expect(await store.retention.retain({ detections: time - day })).toMatchObject({ detections: 1 })
      const left = (await store.detections.list({ limit: 9 })).items.map((one) => one.id).sort()
      expect(left).toEqual([sample.sampleDetection(1).id, sample.sampleDetection(3).id])
    })

    it('shortens the audit at its beginning, and what is left can be verified', async () => {
      await writeAudit(1_203)
      time += 10 * day
      await writeAudit(4)
      expect(await store.retention.retain({ audit: time - day })).toMatchObject({ audit: 1_203 })
      expect(await store.audit.start()).toMatchObject({ id: 1_203 })
      expect(await store.audit.verify([])).toMatchObject({ rows: 5, faults: [], head: { id: 1_208 } })
      expect(await store.retention.retain({ audit: time - day })).toMatchObject({ audit: 0 })
      expect(await store.audit.verify([])).toMatchObject({ rows: 5 })

      time += 10 * day
      // Nothing was written since: the last entry stays, and the one that says where the entries begin.
      expect(await store.retention.retain({ audit: time - day })).toMatchObject({ audit: 4 })
      await writeAudit(2)
      expect(await store.audit.verify([])).toMatchObject({ rows: 4, faults: [] })

      await store.connections.write.deleteFrom('audit_logs').where('id', '<=', 1_208).execute()
      const { faults } = await store.audit.verify([])
      expect(faults).toMatchObject([{ id: 1_208, kind: 'missing' }])
    })

    it('verifies the audit while retention removes its first entries', async () => {
      await writeAudit(2_300)
      time += 10 * day
      await writeAudit(4)
      const { read } = store.connections
      /** Removes the first entries between the read of their start, or of their first page, and the next read. */
      const verifyDuringTrim = (reads: number) => {
        let left = reads
        const delayed = createAuditStore({
          ...store.connections,
          read: read.withPlugin({
            transformQuery: ({ node }) => node,
            async transformResult({ result }) {
              left -= 1
              if (left === 0) await store.retention.retain({ audit: time - day })
              return result
            },
          }),
        })
        return delayed.verify([])
      }
      // The trim lies between the start and the first page, then after the first page.
      for (const reads of [2, 3]) {
        expect(await verifyDuringTrim(reads)).toMatchObject({ faults: [], head: { id: 2_305 + (reads - 2) * 1_205 } })
        await writeAudit(1_200)
        time += 10 * day
        await writeAudit(4)
      }
    })
  })
}
