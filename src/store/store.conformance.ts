import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deepRun } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { eventFilter } from '../operations/filter.ts'
import { toAlertIndexEntry } from '../schema/alert/alert-index-entry.ts'
import type { AuditEntry } from '../schema/audit/audit-entry.ts'
import type { Detection } from '../schema/detection/detection.ts'
import type { Token } from './accounts/tokens.ts'
import type { EventQuery } from './events/events.ts'
import type { OpenStore } from './open-store.ts'
import type { Page, PageRequest } from './page.ts'
import * as sample from './samples.conformance.ts'

const { at, begin } = sample

/** Checks what every database must do for us. `open` gives an empty store. */
export const describeStore = (name: string, open: (now: () => number) => Promise<OpenStore>) => {
  describe(`the store ${name}`, () => {
    let store: OpenStore
    let time = begin
    beforeEach(async () => {
      time = begin
      store = await open(() => time)
    })
    afterEach(() => store.close())

    it('keeps all of a transaction, or nothing', async () => {
      const failed = store.transaction(async (tx) => {
        await store.detections.save([sample.sampleDetection(1)], tx)
        throw new Error('changed my mind')
      })
      await expect(failed).rejects.toThrow('changed my mind')
      expect(await store.detections.get('detection-000001')).toBeUndefined()

      const open = await store.begin()
      await store.detections.save([sample.sampleDetection(2)], open.tx)
      await open.rollback()
      await open.rollback()
      expect(await store.detections.get('detection-000002')).toBeUndefined()
    })

    it('runs transactions one after another when they touch the same', async () => {
      const raise = () =>
        store.transaction(async (tx) => {
          const [alert] = await store.alerts.load(['alert-000001'], tx)
          await new Promise((resolve) => setTimeout(resolve, 1))
          if (alert) await store.alerts.save([{ ...alert, version: alert.version + 1 }], tx)
        })
      await store.transaction((tx) => store.alerts.save([sample.sampleAlert(1)], tx))
      await Promise.all(Array.from({ length: 10 }, raise))
      expect((await store.alerts.get('alert-000001'))?.version).toBe(11)
    })

    it('stores the latest state of a detection that continues', async () => {
      const first = sample.sampleDetection(1)
      const later = { ...first, last_seen: new Date(Date.parse(first.last_seen) + 1000).toISOString(), event_count: 99 }
      await store.transaction((tx) => store.detections.save([first], tx))
      await store.transaction((tx) => store.detections.save([first, later], tx))
      await store.transaction((tx) => store.detections.save([first], tx))
      expect(await store.detections.get(first.id)).toEqual(later)
    })

    it('lists what agents found, under numbers that stay', async () => {
      const found = (number: number, agent_name: string, more: Partial<Detection> = {}) =>
        sample.sampleDetection(number, {
          agent: {
            agent_name,
            device_id: agent_name === 'wifi' ? 7 : null,
            anomaly_type: `${agent_name}_anomaly`,
            severity: 3,
            confidence: 0.98,
            features: { log_count: 500, reason_codes: { 4: 7 } },
          },
          ...more,
        })
      const save = (...detections: readonly Detection[]) =>
        store.transaction((tx) => store.anomalies.save(detections, tx))
      await save(found(1, 'wifi'), found(2, 'dns'), sample.sampleDetection(3))
      time = begin + 3_600_000
      await save(found(1, 'wifi', { last_seen: at(9), sentence: 'It continues.' }), found(4, 'wifi'))
      await save(found(1, 'wifi', { sentence: 'It began.' }))
      const all = await store.anomalies.list({ limit: 10, offset: 0 })
      expect(all.map(({ id, timestamp }) => [id, timestamp])).toEqual([
        [1, '2026-03-01T00:09:00'],
        [3, '2026-03-01T00:05:00'],
        [2, '2026-03-01T00:03:00'],
      ])
      expect(all[0]).toEqual({
        id: 1,
        agent_name: 'wifi',
        device_id: 7,
        timestamp: '2026-03-01T00:09:00',
        anomaly_type: 'wifi_anomaly',
        confidence: 0.98,
        description: 'It continues.',
        features: { log_count: 500, reason_codes: { 4: 7 } },
        created_at: '2026-03-01T00:00:00',
      })
      expect(await store.anomalies.list({ limit: 1, offset: 1 })).toEqual([all[1]])
      expect(await store.anomalies.list({ limit: 0, offset: 0 })).toEqual([])
      expect(await store.anomalies.list({ limit: 9, offset: 0, agentName: 'dns' })).toEqual([all[2]])
      const changes = await store.anomalies.changed({ since: 0, after: 0, limit: 2 })
      expect(changes.map(({ anomaly }) => anomaly.id)).toEqual([2, 1])
      const [, last] = changes
      const rest = { since: last?.changedAt ?? 0, after: last?.anomaly.id ?? 0, limit: 2 }
      expect((await store.anomalies.changed(rest)).map(({ anomaly }) => anomaly.id)).toEqual([3])
      expect(await store.transaction((tx) => store.anomalies.forget(begin + 5 * 60_000, tx))).toBe(1)
      expect(await store.anomalies.count()).toBe(2)
    })

    it('keeps detections as they are, once', async () => {
      const detections = [1, 2, 3].map((number) => sample.sampleDetection(number))
      for (let twice = 0; twice < 2; twice++) await store.transaction((tx) => store.detections.save(detections, tx))
      expect(await store.detections.get('detection-000002')).toEqual(detections[1])
      expect(await store.detections.load(['detection-000003', 'nothing', 'detection-000001'])).toEqual([
        detections[2],
        detections[0],
      ])
      expect((await store.detections.list({ limit: 10 })).items).toEqual([...detections].reverse())
    })

    it('keeps texts of every kind', async () => {
      const title = 'quote \' " \\ % _ ; -- 日本 🚨 \t\n'
      const odd = sample.sampleDetection(1, { title, dedup_key: 'x'.repeat(3000) })
      await store.transaction((tx) => store.detections.save([odd], tx))
      expect(await store.detections.get(odd.id)).toEqual(odd)
    })

    it('separates alerts that are in no incident from those that are in one', async () => {
      const alerts = [1, 2, 3].map((number) => sample.sampleAlert(number, number === 2 ? { incident_id: 'i1' } : {}))
      await store.transaction((tx) => store.alerts.save(alerts, tx))
      const span = { from: 0, to: Number.MAX_SAFE_INTEGER }
      const loose = async (limit: number) => (await store.alerts.loose({ ...span, limit })).map(({ id }) => id)
      expect(await loose(10)).toEqual(['alert-000003', 'alert-000001'])
      expect(await loose(1)).toEqual(['alert-000003'])
    })

    it('pages through a list, newest first, each item once', async () => {
      // Several share a time, so the id must break the tie.
      const alerts = Array.from({ length: 23 }, (_, number) =>
        sample.sampleAlert(number, { created_at: at(Math.floor(number / 5)) }),
      )
      await store.transaction((tx) => store.alerts.save(alerts, tx))
      const all = await pages((request) => store.alerts.list(request), 4)
      expect(all).toEqual([...alerts].reverse())
      const odd = await pages((request) => store.alerts.list({ ...request, matches: isOdd }), 3)
      expect(odd).toEqual(alerts.filter(isOdd).reverse())
    })

    it('lists by status, by time, and by the fragments that a match contains', async () => {
      const alerts = [0, 10, 20].map((minute) => sample.sampleAlert(minute))
      await store.transaction((tx) => store.alerts.save(alerts, tx))
      await store.transaction((tx) => store.alerts.save([sample.sampleAlert(10, { status: 'resolved' })], tx))
      const minutes = async (query: object) =>
        (await store.alerts.list({ limit: 10, ...query })).items.map(
          (item) => (Date.parse(item.first_seen) - begin) / 60_000,
        )
      expect(await minutes({ status: ['new', 'triaged'] })).toEqual([20, 0])
      expect(await minutes({ from: begin + 11 * 60_000, to: begin + 19 * 60_000 })).toEqual([10])
      expect(await minutes({ fragments: ['203.0.113.20', 'failed pass'] })).toEqual([20])
      expect(await minutes({ fragments: ['aileD LOGINS FROM'.toLowerCase()] })).toEqual([20, 10, 0])
      expect(await minutes({ fragments: ['nowhere'] })).toEqual([])
      expect(await minutes({ fragments: ['%'] })).toEqual([])
    })

    it('keeps the heads of all alerts at hand, as they are now, and knows whose texts contain what', async () => {
      const alerts = [0, 1, 2].map((number) => sample.sampleAlert(number))
      await store.transaction((tx) => store.alerts.save(alerts, tx))
      const before = await store.alerts.recent()
      expect(before).toEqual(alerts.map(toAlertIndexEntry))
      const closed = sample.sampleAlert(1, {
        status: 'resolved',
        title: 'Nothing but a drill',
        triage: sample.sampleTriage,
      })
      await store.transaction((tx) => store.alerts.save([closed], tx))
      const after = await store.alerts.recent()
      expect(new Set(after)).toEqual(
        new Set([alerts[0], closed, alerts[2]].map((alert) => alert && toAlertIndexEntry(alert))),
      )
      expect(before).toEqual(alerts.map(toAlertIndexEntry))
      expect(await store.alerts.recent()).toBe(after)

      const containing = async (...pieces: string[]) => [...(await store.alerts.containing(pieces))].sort()
      expect(await containing('drill')).toEqual([closed.id])
      expect(await containing('logins', '203.0.113.2')).toEqual([alerts[2]?.id])
      expect(await containing('from  logins')).toEqual([alerts[0]?.id, alerts[2]?.id])
      expect(await containing('triaged')).toEqual([])
    })

    it('drops removed alerts of a source from the index', async () => {
      const alerts = [sample.sampleAlert(1), sample.sampleAlert(2, { source: 'other' })]
      await store.transaction((tx) => store.alerts.save(alerts, tx))
      expect(await store.alerts.recent()).toHaveLength(2)
      const gone = await store.sourceData.remove('auth', async () => {})
      expect(gone.alerts).toBe(1)
      expect((await store.alerts.recent()).map(({ id }) => id)).toEqual(['alert-000002'])
      expect([...(await store.alerts.containing(['logins']))]).toEqual(['alert-000002'])
    })

    it('refuses a cursor that it did not give out', async () => {
      const { alerts, detections, incidents, audit, notifications } = store
      for (const after of ['', 'nonsense', '../..', Buffer.from('[1]').toString('base64url'), 'W10']) {
        for (const list of [alerts.list, detections.list, incidents.list, audit.list, notifications.list]) {
          await expect(list({ limit: 1, after })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
        }
      }
    })

    it('finds an alert by its id, else the newest by what its sender calls it, with all that was sent', async () => {
      const observed = { external_id: 'A-1', source_port: 22, raw_data: { nested: { a: [1] } } }
      const alerts = [1, 2, 3].map((number) => sample.sampleAlert(number, number < 3 ? { observed } : {}))
      await store.transaction((tx) => store.alerts.save(alerts, tx))
      expect(await store.alerts.get('A-1')).toEqual(alerts[1])
      expect(await store.alerts.get('alert-000001')).toEqual(alerts[0])
      expect(await store.alerts.get('nobody')).toBeUndefined()
    })

    it('lets no alert take the name that the sender of another gave it', async () => {
      const [first, other] = ['siem: A-1', 'edr: A-1'].map((dedup_key) =>
        sample.sampleAlert(1, { id: 'A-1', dedup_key, observed: { external_id: 'A-1' } }),
      )
      if (!first || !other) throw new Error('there are two')
      await store.transaction((tx) => store.alerts.save([first], tx))
      await store.transaction((tx) => store.alerts.save([{ ...first, version: 2 }], tx))
      await expect(store.transaction((tx) => store.alerts.save([other], tx))).rejects.toMatchObject({
        code: 'CONFLICT',
        retryable: true,
      })
      expect(await store.alerts.get('A-1')).toMatchObject({ dedup_key: 'siem: A-1', version: 2 })
    })

    it('reads what was committed last, also after a transaction that failed and one that changed nothing', async () => {
      const alert = sample.sampleAlert(1)
      const title = async () => (await store.alerts.load([alert.id])).map((loaded) => [loaded.title, loaded.version])
      await store.transaction((tx) => store.alerts.save([{ ...alert, title: 'first' }], tx))
      expect(await title()).toEqual([['first', 1]])
      const failing = store.transaction(async (tx) => {
        await store.alerts.save([{ ...alert, title: 'second', version: 2 }], tx)
        throw new Error('it fails')
      })
      await expect(failing).rejects.toThrow('it fails')
      expect(await title()).toEqual([['first', 1]])
      await store.transaction((tx) => store.alerts.save([{ ...alert, title: 'first' }], tx))
      await store.transaction(async (tx) => {
        await store.alerts.save([{ ...alert, title: 'third', version: 2 }], tx)
        await store.alerts.save([{ ...alert, title: 'fourth', version: 3 }], tx)
      })
      expect(await title()).toEqual([['fourth', 3]])
    })

    it('finds open and suppressed alerts by their key', async () => {
      const alerts = (['new', 'investigating', 'suppressed', 'resolved', 'false_positive'] as const).map(
        (status, number) => sample.sampleAlert(number, { status, dedup_key: 'same' }),
      )
      await store.transaction(async (tx) => {
        await store.alerts.save(alerts, tx)
        const found = await store.alerts.findOpen(['same', 'same', 'other'], tx)
        expect(found.map(({ status }) => status).sort()).toEqual(['investigating', 'new', 'suppressed'])
        expect(await store.alerts.findOpen([], tx)).toEqual([])
      })
      expect(await store.alerts.counts()).toContainEqual({ status: 'resolved', severity: 'high', count: 1 })
    })

    it('names the alerts that triage has not covered, oldest first', async () => {
      const alerts = [3, 1, 2].map((number) => sample.sampleAlert(number))
      await store.transaction(async (tx) => {
        await store.alerts.save([...alerts, sample.sampleAlert(0, { status: 'resolved' })], tx)
        const result = { alertId: 'alert-000001', result: sample.sampleTriage }
        await store.triageResults.save([result, result], tx)
        await store.triageResults.save([result], tx)
      })
      expect(await store.alerts.untriaged(10)).toEqual(['alert-000002', 'alert-000003'])
      expect(await store.alerts.untriaged(1)).toEqual(['alert-000002'])
    })

    it('lists each real change once', async () => {
      await store.transaction((tx) => store.alerts.save([sample.sampleAlert(1), sample.sampleAlert(2)], tx))
      await store.transaction((tx) => store.incidents.save([sample.sampleIncident(1)], tx))
      const first = await store.changes(0, 10)
      expect(first.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
        'alert alert-000001',
        'alert alert-000002',
        'incident incident-000001',
      ])
      expect(first.at(-1)?.display_id).toBe(sample.sampleIncident(1).display_id)
      const last = first.at(-1)?.updated_at ?? 0
      await store.transaction((tx) => store.alerts.save([sample.sampleAlert(1)], tx))
      expect(await store.changes(last, 10)).toEqual([])
      // Even when the clock was set back meanwhile.
      time = begin - 60_000
      await store.transaction((tx) => store.alerts.save([sample.sampleAlert(1, { version: 2 })], tx))
      expect(await store.changes(last, 10)).toMatchObject([{ kind: 'alert', id: 'alert-000001', version: 2 }])
      expect(await store.changes(0, 1)).toHaveLength(1)
    })

    it('keeps incidents, by both their names', async () => {
      const incidents = [1, 2, 3].map((number) => sample.sampleIncident(number))
      await store.transaction(async (tx) => {
        expect([await store.incidents.nextNumber(tx, 2), await store.incidents.nextNumber(tx)]).toEqual([1, 3])
        await store.incidents.save([...incidents, sample.sampleIncident(4, { status: 'closed' })], tx)
        expect(await store.incidents.get('inc-2', tx)).toEqual(incidents[1])
        const open = await store.incidents.findOpen(begin + 3 * 60_000, tx)
        expect(open.map(({ display_id }) => display_id)).toEqual(['INC-2', 'INC-3'])
      })
      expect(await store.incidents.get('incident-000003')).toEqual(incidents[2])
      expect((await store.incidents.list({ limit: 10, status: ['closed'] })).items).toHaveLength(1)
      expect(await pages((request) => store.incidents.list(request), 3)).toHaveLength(4)
      expect(await pages((request) => store.incidents.list({ ...request, order: 'last_seen' }), 3)).toHaveLength(4)
      expect(await store.incidents.load(['incident-000002', 'nothing'])).toEqual([incidents[1]])
    })

    it('lists incidents by their risk, then by their last event', async () => {
      const risks = [20, 90, 20, 100, 90]
      const incidents = risks.map((risk_score, number) => sample.sampleIncident(number + 1, { risk_score }))
      await store.transaction((tx) => store.incidents.save(incidents, tx))
      const found = await pages((request) => store.incidents.list({ ...request, order: 'risk_score' }), 2)
      expect(found.map(({ display_id }) => display_id)).toEqual(['INC-4', 'INC-5', 'INC-2', 'INC-3', 'INC-1'])
    })

    it('finds the open incidents with an alert of one of these keys', async () => {
      const incidents = [1, 2, 3, 4].map((number) =>
        sample.sampleIncident(number, number === 3 ? { status: 'resolved' } : {}),
      )
      const alerts = incidents.map(({ id, first_seen, last_seen }, i) =>
        sample.sampleAlert(i, {
          ...{ first_seen, last_seen, incident_id: id, status: 'resolved' },
          dedup_key: i === 3 ? 'other' : 'same',
        }),
      )
      const loose = sample.sampleAlert(9, { dedup_key: 'same' })
      await store.transaction(async (tx) => {
        await store.incidents.save(incidents, tx)
        await store.alerts.save([...alerts, loose], tx)
        const find = async (keys: readonly string[], after: number) =>
          (await store.incidents.findOpenWith(keys, after, tx)).map(({ display_id }) => display_id).sort()
        expect(await find(['same', 'same'], begin)).toEqual(['INC-1', 'INC-2'])
        expect(await find(['same', 'other'], begin + 3 * 60_000)).toEqual(['INC-2', 'INC-4'])
        expect(await find([], begin)).toEqual([])
      })
    })

    it('keeps what was known around an alert, once a kind and source', async () => {
      const network = {
        context_type: 'network' as const,
        source: 'context-collector',
        confidence: 0.8,
        data: { country: 'PT' },
      }
      const user = {
        context_type: 'user' as const,
        source: 'context-collector',
        confidence: 0.9,
        data: { hours: [7, 8], text: '日本 \'"' },
      }
      const { alertContext } = store
      await store.transaction((tx) =>
        alertContext.save(
          [
            { alertId: 'a1', contexts: [network, user] },
            { alertId: 'a2', contexts: [network] },
          ],
          tx,
        ),
      )
      const later = { ...network, confidence: 0.5, data: { country: 'Unknown' } }
      await store.transaction((tx) => alertContext.save([{ alertId: 'a1', contexts: [network, later] }], tx))
      expect(await alertContext.of('a1')).toEqual([later, user])
      expect(await alertContext.of('a2')).toEqual([network])
      expect(await alertContext.of('nothing')).toEqual([])
    })

    it('stores assets, and reports their changes', async () => {
      const { assets } = store
      const some = [1, 2, 3].map((number) => sample.sampleAsset(number))
      const states = [await assets.state()]
      await store.transaction((tx) => assets.save(some, tx))
      states.push(await assets.state())
      expect(await assets.all()).toEqual(some)
      expect(await pages((request) => assets.list(request), 2)).toEqual([...some].reverse())
      const moved = sample.sampleAsset(2, { owner: null, addresses: [], created_at: at(2), updated_at: at(50) })
      await store.transaction((tx) => assets.save([moved], tx))
      states.push(await assets.state())
      expect(await assets.get('asset-000002')).toEqual(moved)
      expect([await assets.remove('asset-000002'), await assets.remove('asset-000002')]).toEqual([true, false])
      states.push(await assets.state())
      expect(await assets.get('asset-000002')).toBeUndefined()
      expect(new Set(states).size).toBe(states.length)
    })

    it('stores imported users, and does not change accounts', async () => {
      const { people, connections } = store
      const some = [1, 2].map((number) => sample.samplePerson(number))
      await store.transaction((tx) => people.save(some, tx))
      const signIn = { password_hash: '$argon2id$', role: 'admin', is_active: 1, last_login_at: begin }
      await connections.write.updateTable('users').set(signIn).where('id', '=', 'person-000001').execute()
      const row = sample.samplePerson(3)
      await connections.write
        .insertInto('users')
        .values({
          id: 'u3',
          username: row.username,
          email: null,
          full_name: null,
          department: null,
          ...signIn,
          created_at: begin + 3 * 60_000,
          updated_at: begin,
          body: '{}',
        })
        .execute()
      expect(await people.all()).toEqual(some)
      expect(await people.get('u3')).toBeUndefined()
      expect((await people.names()).map(({ id }) => id).sort()).toEqual(['person-000001', 'person-000002', 'u3'])

      const gone = some.map((person) => ({
        ...person,
        username: `${person.username}-x`,
        is_active: false,
        title: null,
        updated_at: at(9),
      }))
      const told = { ...row, user_id: 'u3' }
      await store.transaction((tx) => people.save([...gone, told], tx))
      expect(await pages((request) => people.list(request), 2)).toEqual([told, ...gone.toReversed()])
      const rows = () =>
        connections.read
          .selectFrom('users')
          .select(['id', 'username', 'is_active', 'role', 'password_hash'])
          .orderBy('id')
          .execute()
      const may = { is_active: 1, role: 'admin', password_hash: '$argon2id$' }
      expect(await rows()).toEqual([
        { id: 'person-000001', username: 'dana1', ...may },
        { id: 'person-000002', username: 'dana2-x', is_active: 0, role: null, password_hash: null },
        { id: 'u3', username: 'dana3', ...may },
      ])
      const state = await people.state()
      const remove = (id: string) => store.transaction((tx) => people.remove(id, tx))
      expect([await remove('person-000001'), await remove('person-000002'), await remove('person-000002')]).toEqual([
        true,
        true,
        false,
      ])
      expect(await people.state()).not.toBe(state)
      expect(await rows()).toEqual([
        { id: 'person-000001', username: 'dana1', ...may },
        { id: 'u3', username: 'dana3', ...may },
      ])
    })

    it('keeps suppressions, and their hits whatever is edited', async () => {
      const { suppressions } = store
      await suppressions.save(sample.sampleSuppression)
      await store.transaction((tx) => suppressions.hit('suppression-1', 3, begin, tx))
      await suppressions.save({ ...sample.sampleSuppression, reason: 'edited', paused: true })
      const expected = { ...sample.sampleSuppression, reason: 'edited', paused: true, hits: 3, last_hit_at: at(0) }
      expect(await suppressions.get('suppression-1')).toEqual(expected)
      expect(await suppressions.list()).toEqual([expected])
      expect([await suppressions.remove('suppression-1'), await suppressions.remove('suppression-1')]).toEqual([
        true,
        false,
      ])
    })

    it('keeps what was said about rules, once a rule', async () => {
      const { ruleSettings } = store
      await ruleSettings.save(sample.sampleRuleSetting)
      await store.transaction((tx) => ruleSettings.save({ ...sample.sampleRuleSetting, rule_id: 'another' }, tx))
      expect(await ruleSettings.list()).toEqual([
        { ...sample.sampleRuleSetting, rule_id: 'another' },
        sample.sampleRuleSetting,
      ])
      const unsaid = { enabled: null, level: null, note: null, updated_by: 'bo', updated_at: at(9) }
      await ruleSettings.save({ rule_id: 'another', ...unsaid })
      expect((await ruleSettings.list())[0]).toEqual({ rule_id: 'another', ...unsaid })
    })

    it('stores accounts, one per name, beside the imported facts of the same users', async () => {
      const { accounts, people, tokens } = store
      const person = { ...sample.samplePerson(1), username: 'Dana', email: 'dana@corp.example' }
      await store.transaction((tx) => people.save([person], tx))
      expect(await accounts.named('dana')).toBeUndefined()
      const account = {
        ...{ username: 'dana', email: null, full_name: null, role: 'supervisor' as const, is_active: true },
        ...{ password_hash: null, subject: null, created_at: begin, updated_at: begin },
      }
      const create = (username: string) => store.transaction((tx) => accounts.create({ ...account, username }, tx))
      const made = await create('dana')
      expect(made).toMatchObject({ id: 'person-000001', email: 'dana@corp.example', role: 'supervisor' })
      expect(await create('dana')).toBeUndefined()
      const twins = await Promise.allSettled([create('eve'), create('eve')])
      expect(twins.filter((twin) => twin.status === 'fulfilled' && twin.value !== undefined)).toHaveLength(1)
      expect((await accounts.list()).map(({ username }) => username)).toEqual(['dana', 'eve'])
      expect([await accounts.havePasswords(), await people.get('person-000001')]).toEqual([false, person])

      const changes = { password_hash: 'h', is_active: false, subject: 's', last_login_at: begin + 1 }
      await store.transaction((tx) => accounts.change('person-000001', changes, tx))
      expect(await accounts.ofSubject('s')).toMatchObject({ username: 'dana', ...changes })
      expect(await accounts.havePasswords()).toBe(true)
      await store.transaction((tx) => people.remove('person-000001', tx))
      expect(await accounts.get('person-000001')).toMatchObject({ username: 'dana', ...changes })

      const token = {
        ...{ id: 'session-1', name: 'dana', role: 'analyst' as const, hash: 'a', user_id: 'person-000001' },
        ...{ created_at: begin, expires_at: begin + 9, last_used_at: null, revoked_at: null },
      }
      for (const [index, id] of ['session-1', 'session-2', 'session-3'].entries()) {
        await tokens.save({ ...token, id, hash: id, created_at: begin + index })
      }
      await store.transaction((tx) => tokens.revokeOf('person-000001', begin + 3, tx, 'session-2'))
      expect((await tokens.of('person-000001')).map(({ id }) => id)).toEqual(['session-2'])
      await tokens.forget(begin + 9)
      expect(await tokens.list()).toHaveLength(3)
      await tokens.forget(begin + 10)
      expect(await tokens.list()).toEqual([])
    })

    it('keeps tokens', async () => {
      const { tokens } = store
      const token: Token = {
        id: 'token-1',
        name: 'collector',
        role: 'ingest',
        hash: 'abc',
        created_at: begin,
        expires_at: null,
        last_used_at: null,
        revoked_at: null,
        user_id: null,
      }
      await tokens.save(token)
      await tokens.used('token-1', begin + 1)
      expect(await tokens.findByHash('abc')).toEqual({ ...token, last_used_at: begin + 1 })
      expect(await tokens.findByHash('abd')).toBeUndefined()
      expect([await tokens.revoke('token-1', begin + 2), await tokens.revoke('token-2', begin)]).toEqual([true, false])
      await tokens.revoke('token-1', begin + 3)
      expect((await tokens.list())[0]?.revoked_at).toBe(begin + 2)
    })

    it('keeps the audit trail in order', async () => {
      const entries = Array.from(
        { length: 7 },
        (_, number): AuditEntry => ({
          time: begin,
          actor: 'ana',
          action: 'close',
          target_type: 'incident',
          target_id: `incident-${number % 2}`,
          old_values: null,
          new_values: { status: 'closed', number },
        }),
      )
      await store.transaction((tx) => store.audit.append(entries.slice(0, 4), tx))
      await store.transaction((tx) => store.audit.append(entries.slice(4), tx))
      await store.transaction((tx) => store.audit.append([], tx))
      expect(await pages((request) => store.audit.list(request), 3)).toEqual([...entries].reverse())
      expect((await store.audit.list({ limit: 10, target_id: 'incident-1' })).items).toHaveLength(3)
    })

    it('plans each notification once and finds what is due', async () => {
      const { notifications } = store
      const rows = [0, 1, 2, 3].map((number) => sample.sampleNotification(number))
      await store.transaction((tx) => notifications.plan(rows, tx))
      await notifications.update({ ...sample.sampleNotification(0), status: 'sent', attempts: 1, sent_at: begin })
      const { sink } = sample.sampleNotification(0)
      expect(await notifications.sentTimes(sink, begin - 1)).toEqual([begin])
      expect(await notifications.sentTimes(sink, begin)).toEqual([])
      expect(await notifications.sentTimes('another', begin - 1)).toEqual([])
      await notifications.update({ ...sample.sampleNotification(1), status: 'failed', last_error: 'refused' })
      await store.transaction((tx) => notifications.plan(rows, tx))
      const due = await notifications.due(begin + 2, 10, 1_000)
      expect(due.map(({ id, status }) => `${id} ${status}`)).toEqual([
        'notification-1 failed',
        'notification-2 pending',
      ])
      expect(await notifications.forIncident('incident-1')).toHaveLength(4)
      expect(await pages((request) => notifications.list(request), 3)).toHaveLength(4)
      expect((await notifications.list({ limit: 10, status: 'sent' })).items).toHaveLength(1)
    })

    it('does not send again what another process has sent meanwhile', async () => {
      const { notifications } = store
      const row = sample.sampleNotification(1)
      await store.transaction((tx) => notifications.plan([row], tx))
      await notifications.update({ ...row, status: 'sent', attempts: 1, sent_at: begin })
      // A process that was paused while it sent the message believes that it was not answered.
      await notifications.update({ ...row, status: 'failed', attempts: 1, next_attempt_at: begin, last_error: 'late' })
      expect(await notifications.due(begin + 2, 10, 1_000)).toEqual([])
      expect(await notifications.forIncident(row.incident_id)).toMatchObject([{ status: 'sent', last_error: null }])
    })

    it('returns a failed message whose next attempt is further away than any wait, after the clock was set back', async () => {
      const { notifications } = store
      const [failed, planned] = [sample.sampleNotification(1), sample.sampleNotification(2)]
      await store.transaction((tx) => notifications.plan([failed, planned], tx))
      const next_attempt_at = begin + 2_000
      await notifications.update({ ...failed, status: 'failed', attempts: 1, next_attempt_at })
      // People may plan a message for any time.
      await notifications.update({ ...planned, next_attempt_at })
      expect(await notifications.due(begin, 10, 3_000)).toEqual([])
      expect(await notifications.due(begin, 10, 1_000)).toMatchObject([{ id: failed.id }])
    })

    it('keeps the newest state of a model', async () => {
      const row = { name: 'template', partition: 1, position: 5, saved_at: begin, state: new Uint8Array([0, 255, 7]) }
      await store.models.save([{ ...row, state: new Uint8Array(100_000) }])
      await store.transaction((tx) => store.models.save([row], tx))
      const loaded = await store.models.load('template', 1)
      expect({ ...loaded, state: [...(loaded?.state ?? [])] }).toEqual({ ...row, state: [0, 255, 7] })
      expect(await store.models.load('template', 2)).toBeUndefined()
      expect(await store.models.list()).toEqual([{ name: 'template', partition: 1, position: 5, saved_at: begin }])
    })

    it('adds up the parse results of records', async () => {
      const row = { source: 'auth', format: 'syslog', parsed: true, count: 2, sample: 'a line', last_seen_at: begin }
      const ill = { ...row, format: 'no time', parsed: false }
      await store.transaction((tx) => store.parseHealth.add([row, ill, row], tx))
      await store.transaction((tx) => store.parseHealth.add([{ ...row, sample: 'newer' }], tx))
      expect(await store.parseHealth.list()).toEqual([{ ...row, count: 6, sample: 'newer' }, ill])
    })

    it('reserves numbers without gaps, also when a transaction fails', async () => {
      const reserve = (count: number) =>
        store.transaction(async (tx) => (await store.intake.reserve(new Map([[0, count]]), tx)).get(0))
      expect(await reserve(10)).toBe(0)
      const failed = store.transaction(async (tx) => {
        await store.intake.reserve(new Map([[0, 5]]), tx)
        throw new Error('no')
      })
      await expect(failed).rejects.toThrow('no')
      // Which of two that run at once comes first is up to the database.
      expect((await Promise.all([reserve(1), reserve(1)])).sort()).toEqual([10, 11])
    })

    it('reserves numbers of several partitions', async () => {
      const reserve = (counts: readonly (readonly [number, number])[]) =>
        store.transaction(async (tx) => [...(await store.intake.reserve(new Map(counts), tx))])
      await reserve([
        [1, 10],
        [3, 5],
      ])
      expect(
        (
          await reserve([
            [1, 1],
            [2, 1],
            [3, 1],
          ])
        ).sort(),
      ).toEqual([
        [1, 10],
        [2, 0],
        [3, 5],
      ])
    })

    it('keeps the first number of partitions', async () => {
      expect(await store.intake.fixPartitions(4)).toBe(4)
      expect(await store.intake.fixPartitions(8)).toBe(4)
    })

    it('has one partition if it was used before there was a number', async () => {
      await store.transaction((tx) => store.intake.reserve(new Map([[0, 1]]), tx))
      expect(await store.intake.fixPartitions(4)).toBe(1)
    })

    it('remembers keys and cursors', async () => {
      const { intake } = store
      const remember = (hash: string, answer: string) =>
        store.transaction((tx) => intake.remember('key', hash, answer, begin, tx))
      expect(await remember('one', '5')).toBeUndefined()
      expect(await remember('two', '6')).toEqual({ bodyHash: 'one', answer: '5' })
      expect(await intake.recall('key')).toEqual({ bodyHash: 'one', answer: '5' })
      expect([await intake.forget(begin), await intake.forget(begin + 1)]).toEqual([0, 1])
      expect(await intake.recall('key')).toBeUndefined()
      for (const position of ['1', '2']) {
        await store.transaction((tx) => intake.saveCursor('auth', 'inode', position, tx))
      }
      expect(await intake.readCursor('auth', 'inode')).toBe('2')
      expect(await intake.readCursor('auth', 'other')).toBeUndefined()
      await store.transaction((tx) => intake.saveCursor('auth', 'other', '3', tx))
      expect([...(await intake.listCursors('auth'))].sort()).toEqual(['2', '3'])
      expect(await intake.listCursors('other')).toEqual([])
    })

    it('remembers groups of keys, oldest first, and forgets groups', async () => {
      const { intake } = store
      const groups = ['b', 'a', 'c'].map((id) => ({ id, keys: [`${id}1`, `${id}2`] }))
      for (const [index, group] of groups.entries()) {
        const forgotten = group.id === 'c' ? ['b'] : []
        await store.transaction((tx) => intake.rememberRecent(group, forgotten, begin + index, tx))
      }
      expect(await intake.listRecent()).toEqual(groups.slice(1))
    })

    it('keeps events', async () => {
      const events = Array.from({ length: 100 }, (_, number) => sample.sampleEvent(number))
      for (let twice = 0; twice < 2; twice++) await store.transaction((tx) => store.events.save(events, tx))
      expect(await store.events.get('0-42')).toEqual(events[42])
      const found = await store.events.search({ limit: 5, matches: ({ message }) => message.endsWith('7') })
      expect(found.items.map(({ id }) => id)).toEqual(['0-97', '0-87', '0-77', '0-67', '0-57'])
      const oldest: EventQuery = { limit: 4, order: 'oldest', matches: ({ message }) => message.endsWith('7') }
      const first = await store.events.search(oldest)
      const second = await store.events.search({ ...oldest, after: first.next })
      expect([...first.items, ...second.items].map(({ time }) => (time - begin) / 1000)).toEqual([
        7, 17, 27, 37, 47, 57, 67, 77,
      ])
      expect((await store.events.count()).events).toBe(100)
    })

    it('finds an address in one of many blocks, by text and by field', needs(deepRun), async () => {
      const addresses = ['203.0.113.77', '1.2.3.4', '2001:db8::ff00:42:8329']
      const event = (number: number) => {
        const address = number % 150 === 7 ? addresses[Math.floor(number / 150)] : `10.0.${number >> 8}.${number & 255}`
        const original = `Failed password for root from ${address} port ${number}`
        return {
          ...sample.sampleEvent(number),
          original,
          message: original,
          fields: { 'source.ip': address?.toUpperCase() ?? '' },
        }
      }
      // More blocks than are listed at once.
      await store.transaction(async (tx) => {
        for (let number = 0; number < 450; number++) await store.events.save([event(number)], tx)
      })
      const find = async (text: string) => {
        const { matches, tokens, values } = eventFilter(text, 0)
        return (await store.events.search({ limit: 9, matches, tokens, values })).items.map(({ id }) => id)
      }
      for (const [index, address] of addresses.entries()) {
        const ids = [`0-${7 + 150 * index}`]
        for (let twice = 0; twice < 2; twice++) {
          expect(await find(`"${address}"`)).toEqual(ids)
          expect(await find(`source.ip:"${address}"`)).toEqual(ids)
          expect(await find(`"from ${address} port"`)).toEqual(ids)
        }
      }
      expect(await find('198.51.100.23')).toEqual([])
      await store.events.compact()
      expect(await find('"1.2.3.4"')).toEqual(['0-157'])
    })

    it('keeps events that were packed before, and of them only those that are not kept yet', async () => {
      const events = Array.from({ length: 50 }, (_, number) => sample.sampleEvent(number))
      const packing = store.events.packing()
      packing.add([...events.slice(30), ...events.slice(0, 40)])
      const packed = await packing.finish()
      expect((await store.events.count()).events).toBe(0)
      await store.transaction((tx) => store.events.save(events.slice(10, 20), tx))
      for (let twice = 0; twice < 2; twice++) await store.transaction((tx) => store.events.save(packed, tx))
      expect(await store.events.count()).toMatchObject({ events: 50, blocks: 3 })
      expect(await store.events.get('0-42')).toEqual(events[42])
      expect(await store.events.volume({ from: begin, to: begin + 300_000, bucket: 300_000 })).toEqual([
        { time: begin, error: 0, warning: 0, other: 50 },
      ])
    })

    it('counts events by when they happened and how they sound, once each', async () => {
      const levels = ['error', 'info', 'warning', undefined]
      const events = Array.from({ length: 400 }, (_, number) => {
        const event = sample.sampleEvent(number)
        const level = levels[number % 4]
        return { ...event, time: begin + number * 3_000, fields: level === undefined ? {} : { 'log.level': level } }
      })
      for (let twice = 0; twice < 2; twice++) await store.transaction((tx) => store.events.save(events, tx))
      const [from, to] = [begin, begin + 1_200_000]
      const fine = await store.events.volume({ from, to, bucket: 300_000 })
      expect(fine).toEqual(
        [0, 1, 2, 3].map((slot) => ({ time: begin + slot * 300_000, error: 25, warning: 25, other: 50 })),
      )
      expect(await store.events.volume({ from, to, bucket: 600_000 })).toEqual([
        { time: begin, error: 50, warning: 50, other: 100 },
        { time: begin + 600_000, error: 50, warning: 50, other: 100 },
      ])
      expect(await store.events.countedSince()).toBe(begin)
      await store.events.retain({ before: begin + 600_000 })
      expect(await store.events.countedSince()).toBe(begin + 600_000)
    })

    it('removes what came from some sources, and its counts', async () => {
      const events = [0, 1].map((number) => ({ ...sample.sampleEvent(number), source: 'week:auth' }))
      await store.transaction((tx) => store.events.save(events, tx))
      expect(await store.events.countedSince()).toBe(begin)
      const agent = { agent_name: 'wifi', device_id: 7, anomaly_type: 'x', severity: 3, confidence: 1, features: {} }
      const found = ['week:auth/ap/wifi', 'home/ap/wifi'].map((stream, i) =>
        sample.sampleDetection(i, { stream, agent }),
      )
      await store.transaction((tx) => store.anomalies.save(found, tx))
      expect(await store.sourceData.remove('week:', async () => undefined)).toMatchObject({ events: 2 })
      expect(await store.anomalies.count()).toBe(1)
      expect(await store.events.countedSince()).toBeUndefined()
    })

    it('finds the most anomalous detections of a span', async () => {
      const odd = [1, 2, 3, 4].map((number) =>
        sample.sampleDetection(number * 10, {
          score: number / 10,
          ...(number === 3 && { dedup_key: 'fewer log lines than usual from x' }),
        }),
      )
      const foreign = sample.sampleDetection(21, { kind: 'external', severity: 'critical', score: 1 })
      await store.transaction((tx) => store.detections.save([...odd, foreign], tx))
      const span = { from: begin + 15 * 60_000, to: begin + 35 * 60_000 }
      expect(await store.detections.count(span)).toBe(3)
      const grades = await store.detections.grades(span)
      expect(grades.toSorted((a, b) => a.score - b.score)).toEqual([
        { severity: 'high', score: 0.2, count: 1 },
        { severity: 'high', score: 0.3, count: 1 },
      ])
      expect(await store.detections.oddest({ ...span, limit: 1 })).toEqual([
        {
          id: odd[2]?.id,
          stream: 'auth/web-01/sshd',
          severity: 'high',
          score: 30,
          fewer: true,
          firstSeen: begin + 30 * 60_000,
          lastSeen: begin + 31 * 60_000,
        },
      ])
    })

    it('lists the most important open incidents, and counts them', async () => {
      const incidents = [20, 90, 60].map((risk_score, number) => sample.sampleIncident(number, { risk_score }))
      const closed = sample.sampleIncident(9, { risk_score: 100, status: 'closed' })
      await store.transaction((tx) => store.incidents.save([...incidents, closed], tx))
      expect((await store.incidents.worstOpen(2)).map((incident) => incident.risk_score)).toEqual([90, 60])
      expect(await store.incidents.counts()).toEqual(
        expect.arrayContaining([expect.objectContaining({ status: 'closed', count: 1 })]),
      )
      expect(await store.alerts.oldestOpen()).toBeUndefined()
      await store.transaction((tx) => store.alerts.save([sample.sampleAlert(5), sample.sampleAlert(3)], tx))
      expect(await store.alerts.oldestOpen()).toBe(begin + 3 * 60_000)
    })

    it('answers that it is there', () => store.ping())
  })
}

const isOdd = ({ id }: { readonly id: string }): boolean => /[13579]$/.test(id)

const pages = async <Item>(list: (request: PageRequest) => Promise<Page<Item>>, limit: number): Promise<Item[]> => {
  const items: Item[] = []
  let after: string | undefined
  do {
    const page = await list({ limit, after })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    items.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return items
}
