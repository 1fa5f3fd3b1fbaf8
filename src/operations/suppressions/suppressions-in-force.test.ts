import { afterEach, describe, expect, it } from 'vitest'
import { createCorrelate } from '../../pipeline/correlate/correlate.ts'
import { createMerge } from '../../pipeline/detect/merge/merge.ts'
import { createNotify } from '../../pipeline/notify/notify.ts'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import type { Detection } from '../../schema/detection.ts'
import type { Actor } from '../../schema/role.ts'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { createSuppression } from './create-suppression.ts'
import { removeSuppression } from './remove-suppression.ts'
import { createSuppressions } from './suppressions-in-force.ts'
import { updateSuppression } from './update-suppression.ts'

const hour = 60 * 60_000
const actor: Actor = { name: 'kim', role: 'analyst' }
const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const stores: Store[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

/** The pipeline from detection to notification on a real store, with a clock that the test moves. */
const openRig = async () => {
  let time = Date.UTC(2026, 0, 15, 10)
  const now = () => time
  const store = await openStore('sqlite::memory:', { now, log })
  stores.push(store)
  const queue = openEmbeddedQueue({ connections: store.connections, now, log })
  const suppressions = createSuppressions({ list: store.suppressions.list, now })
  const merge = createMerge(store.alerts, store.suppressions, store.audit, { now, suppress: suppressions.suppress })
  const correlate = createCorrelate(store.alerts, store.incidents, { now })
  const notify = createNotify(store.notifications, {
    receivers: [{ name: 'oncall', minSeverity: 'low' }],
    now,
  })
  let ids = 0
  const newId = () => {
    ids += 1
    return `s${ids}`
  }
  const messages = async () => (await store.notifications.list({ limit: 100, status: 'pending' })).items
  /** Sends what is due and says why each was sent. */
  const deliver = async (): Promise<readonly string[]> => {
    const due = await messages()
    for (const row of due) await store.notifications.update({ ...row, status: 'sent', sent_at: time })
    return due.map(({ reason }) => reason)
  }
  const transaction = <Answer>(work: (delivery: Parameters<typeof notify>[1]) => Promise<Answer>) =>
    store.transaction((tx) =>
      work({ id: newId(), attempt: 1, signal: new AbortController().signal, transaction: async () => tx }),
    )
  return {
    store,
    deps: { store, queue, actor, suppressions, now, newId },
    /** Lets the same attack go on a while later; returns the messages that are sent about it. */
    async recur(after: number): Promise<readonly string[]> {
      time += after
      ids += 1
      const alerts = await transaction(async (delivery) => merge([attack(ids, time)], delivery))
      await transaction(async (delivery) => notify(await correlate(alerts, delivery), delivery))
      return deliver()
    },
    /** The notifications that follow a decision. */
    async decided(): Promise<readonly string[]> {
      const { items } = await store.incidents.list({ limit: 100 })
      await transaction(async (delivery) => notify(items, delivery))
      return deliver()
    },
    wait(duration: number) {
      time += duration
    },
    statuses: async () => (await store.alerts.list({ limit: 100 })).items.map(({ status }) => status),
    incidents: async () => (await store.incidents.list({ limit: 100 })).items,
  }
}

const attack = (number: number, time: number): Detection => ({
  id: `d${number}`,
  detector: 'sequence',
  kind: 'anomaly',
  type: 'brute_force',
  first_seen: new Date(time - 60_000).toISOString(),
  last_seen: new Date(time).toISOString(),
  source: 'auth.log',
  stream: 'auth.log/web-01/sshd',
  score: 0.8,
  severity: 'medium',
  title: '60 failed logins from 203.0.113.9',
  sentence: 'One address failed to log in 60 times.',
  value: '60',
  usual: '0–3',
  contributions: [{ feature: 'failed logins', value: '60', usual: '0–3', weight: 0.8 }],
  evidence: [{ event_id: `0-${number}`, time: new Date(time).toISOString(), line: 'Failed password for root' }],
  event_count: 60,
  entities: [
    { type: 'ip', value: '203.0.113.9' },
    { type: 'host', value: 'web-01' },
  ],
  techniques: ['T1110.001'],
  dedup_key: 'brute force from 203.0.113.9',
  learning: false,
})

const scope = { scope: 'ip:203.0.113.9', reason: 'our own scanner' }

describe('alerts that a suppression hides', () => {
  it.each([
    ['in the incident that it closed, within a day', { expires_at: 'now+5h' }, 5, 'reopened', 1],
    ['in a new incident, later', { days: 3 }, 72, 'opened', 2],
  ] as const)('come back once after it expired, %s', async (_how, expiry, hours, reason, incidents) => {
    const rig = await openRig()
    expect(await rig.recur(0)).toEqual(['opened'])
    await createSuppression.run({ ...scope, ...expiry }, rig.deps)
    await rig.decided()
    expect(await rig.statuses()).toEqual(['suppressed'])
    for (let passed = 1; passed < hours; passed += 1) expect(await rig.recur(hour)).toEqual([])
    expect(await rig.statuses()).toEqual(['suppressed'])

    // Expiry alone sends nothing: the alerts may be long over.
    rig.wait(hour)
    expect(await rig.decided()).toEqual([])
    expect(await rig.recur(1)).toEqual([reason])
    expect(await rig.statuses()).toEqual(['new'])
    expect(await rig.incidents()).toHaveLength(incidents)
    for (let again = 0; again < 3; again += 1) expect(await rig.recur(60_000)).toEqual([])
    expect(await rig.statuses()).toEqual(['new'])
  })

  it('come back once whenever it is paused, and are hidden at once when it is resumed', async () => {
    const rig = await openRig()
    expect(await rig.recur(0)).toEqual(['opened'])
    const { id } = await createSuppression.run(scope, rig.deps)
    await rig.decided()
    expect(await rig.recur(60_000)).toEqual([])

    for (const _round of [1, 2]) {
      await updateSuppression.run({ id, paused: true }, rig.deps)
      expect(await rig.decided()).toEqual([])
      expect(await rig.statuses()).toEqual(['suppressed'])
      expect(await rig.recur(60_000)).toEqual(['reopened'])
      const [open] = await rig.incidents()
      expect(open).toMatchObject({ status: 'open', resolution: null, suppression_id: null })
      expect(open?.timeline.at(-1)?.text).toContain('its suppression ended')
      for (let again = 0; again < 3; again += 1) expect(await rig.recur(60_000)).toEqual([])

      await updateSuppression.run({ id, paused: false }, rig.deps)
      expect(await rig.decided()).toEqual([])
      expect(await rig.statuses()).toEqual(['suppressed'])
      expect(await rig.incidents()).toMatchObject([{ status: 'closed', suppression_id: id }])
      for (let again = 0; again < 3; again += 1) expect(await rig.recur(60_000)).toEqual([])
    }
    await removeSuppression.run({ id }, rig.deps)
    expect(await rig.recur(60_000)).toEqual(['reopened'])
    expect(await rig.incidents()).toHaveLength(1)
  })

  it('stay hidden when it is extended in time, and come back when it is ended early', async () => {
    const rig = await openRig()
    expect(await rig.recur(0)).toEqual(['opened'])
    const { id } = await createSuppression.run({ ...scope, expires_at: 'now+2h' }, rig.deps)
    await rig.decided()
    await updateSuppression.run({ id, expires_at: 'now+10h' }, rig.deps)
    expect(await rig.recur(3 * hour)).toEqual([])
    await updateSuppression.run({ id, expires_at: 'now+1h' }, rig.deps)
    expect(await rig.recur(59 * 60_000)).toEqual([])
    expect(await rig.recur(2 * 60_000)).toEqual(['reopened'])
  })
})
