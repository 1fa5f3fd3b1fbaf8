import { onTestFinished } from 'vitest'
import { createCorrelate } from '../../pipeline/correlate/correlate.ts'
import { createMerge } from '../../pipeline/detect/merge/merge.ts'
import { createNotify } from '../../pipeline/notify/notify.ts'
import { openEmbeddedQueue } from '../../queue/embedded.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Detection } from '../../schema/detection/detection.ts'
import { openStore } from '../../store/open-store.ts'
import { createSuppressions } from '../suppressions/suppressions-in-force.ts'

const actor: Actor = { name: 'kim', role: 'analyst' }
const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

/** Opens the pipeline from detection to notification on a real store, with a clock that the test moves. `pager` holds incidents open. */
export const openRig = async () => {
  let time = Date.UTC(2026, 0, 15, 10)
  const now = () => time
  const store = await openStore('sqlite::memory:', { now, log })
  onTestFinished(() => store.close())
  const queue = openEmbeddedQueue({ connections: store.connections, now, log })
  const suppressions = createSuppressions({ list: store.suppressions.list, now })
  const merge = createMerge(store.alerts, store.suppressions, store.audit, { now, suppress: suppressions.suppress })
  const correlate = createCorrelate(store.alerts, store.incidents, { now })
  const notify = createNotify(store.notifications, {
    receivers: [
      { name: 'oncall', minSeverity: 'low' },
      { name: 'pager', minSeverity: 'low', closes: true },
    ],
    now,
  })
  let ids = 0
  const newId = () => {
    ids += 1
    return `s${ids}`
  }
  const messages = async () => (await store.notifications.list({ limit: 100, status: 'pending' })).items
  /** Sends what is due and says why `oncall` got a message. */
  const deliver = async (): Promise<readonly string[]> => {
    const due = await messages()
    for (const row of due) await store.notifications.update({ ...row, status: 'sent', sent_at: time })
    return due.flatMap(({ sink, reason }) => (sink === 'oncall' ? reason : []))
  }
  const transaction = <Answer>(work: (delivery: Parameters<typeof notify>[1]) => Promise<Answer>) =>
    store.transaction((tx) =>
      work({ id: newId(), attempt: 1, signal: new AbortController().signal, transaction: async () => tx }),
    )
  /** Plans the messages that follow a decision, without sending them. */
  const plan = async (): Promise<void> => {
    const { items } = await store.incidents.list({ limit: 100 })
    await transaction(async (delivery) => notify(items, delivery))
  }
  return {
    store,
    deps: { store, queue, actor, suppressions, now, newId },
    /** Lets the same attack go on a while later, or with other facts; returns the messages to `oncall`. */
    async recur(after: number, facts: Partial<Detection> = {}, isDelivered = true): Promise<readonly string[]> {
      time += after
      ids += 1
      const alerts = await transaction(async (delivery) => merge([{ ...attack(ids, time), ...facts }], delivery))
      await transaction(async (delivery) => notify(await correlate(alerts, delivery), delivery))
      return isDelivered ? deliver() : []
    },
    /** The messages to `oncall` that follow a decision. */
    async decided(): Promise<readonly string[]> {
      await plan()
      return deliver()
    },
    plan,
    wait(duration: number) {
      time += duration
    },
    /** All messages that a receiver got, oldest first. */
    async sentTo(receiver: string): Promise<readonly string[]> {
      const { items } = await store.notifications.list({ limit: 100, status: 'sent' })
      return items.flatMap(({ sink, reason }) => (sink === receiver ? reason : [])).reverse()
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
