import { type Alert, isDismissed } from '../../../schema/alert/alert.ts'
import type { AuditEntry } from '../../../schema/audit/audit-entry.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Stage } from '../../stage.ts'
import { dismissedWindow, type MatchedSuppression, mergeDetections } from './merge-detections.ts'

interface Alerts<Tx> {
  /** Returns open or suppressed alerts with these keys. */
  findOpen(dedupKeys: readonly string[], tx: Tx): Promise<readonly Alert[]>
  /** Returns dismissed alerts with these keys that were last seen after `since`, in ms of event time. */
  findDismissed(dedupKeys: readonly string[], since: number, tx: Tx): Promise<readonly Alert[]>
  load(ids: readonly string[], tx: Tx): Promise<readonly Alert[]>
  save(alerts: readonly Alert[], tx: Tx): Promise<void>
}

interface Suppressions<Tx> {
  /** Adds to the number of alerts that a suppression matched. */
  hit(id: string, count: number, at: number, tx: Tx): Promise<void>
}

interface Audit<Tx> {
  append(entries: readonly AuditEntry[], tx: Tx): Promise<void>
}

interface MergeOptions {
  readonly now: () => number
  readonly suppress: (alert: Alert) => MatchedSuppression | undefined
  /** In ms of event time. */
  readonly window?: number
}

/** Creates the stage that merges detections into alerts. Suppressed alerts are stored and counted, but not passed on. */
export const createMerge =
  <Tx>(
    alerts: Alerts<Tx>,
    suppressions: Suppressions<Tx>,
    audit: Audit<Tx>,
    { now, suppress, window }: MergeOptions,
  ): Stage<Detection, Alert, Tx> =>
  async (detections, delivery) => {
    if (detections.length === 0) return []
    const tx = await delivery.transaction()
    const moment = now()
    const keys = [...new Set(detections.map(({ dedup_key }) => dedup_key))]
    const longest = detections.reduce((most, { merge_within = 0 }) => Math.max(most, merge_within), dismissedWindow)
    const since = Math.min(...detections.map(({ first_seen }) => Date.parse(first_seen))) - longest
    const open = [...(await alerts.findOpen(keys, tx)), ...(await alerts.findDismissed(keys, since, tx))]
    const known = new Set(open.map(({ id }) => id))
    const closed = new Map<string, Alert>()
    const merge = () =>
      mergeDetections(open, detections, { now: moment, suppress, closed, ...(window !== undefined && { window }) })

    let merged = merge()
    for (;;) {
      const unseen = merged.map(({ id }) => id).filter((id) => !known.has(id) && !closed.has(id))
      const taken = unseen.length === 0 ? [] : await alerts.load(unseen, tx)
      if (taken.length === 0) break
      for (const alert of taken) closed.set(alert.id, alert)
      merged = merge()
    }

    if (merged.length > 0) await alerts.save(merged, tx)
    const ended = endingsOf(merged, open, detections, moment)
    if (ended.length > 0) await audit.append(ended, tx)
    await countHits(merged, open, (id, count) => suppressions.hit(id, count, moment, tx))
    const before = new Map(open.map((alert) => [alert.id, alert]))
    return merged.filter((alert) => {
      if (isDismissed(alert)) return false
      if (alert.status !== 'suppressed') return true
      // Pass it on once so that its incident learns that it may have no open alert left.
      return alert.incident_id !== null && before.get(alert.id)?.status !== 'suppressed'
    })
  }

/** Builds audit entries for alerts that their sender resolved. */
const endingsOf = (
  merged: readonly Alert[],
  open: readonly Alert[],
  detections: readonly Detection[],
  time: number,
): AuditEntry[] => {
  const before = new Map(open.map((alert) => [alert.id, alert]))
  return merged.flatMap((alert) => {
    const by = detections.find(({ over, dedup_key }) => over === true && dedup_key === alert.dedup_key)
    if (!by || alert.status !== 'resolved') return []
    const { status = 'new', assignee = null, resolution = null } = before.get(alert.id) ?? {}
    return {
      time,
      actor: by.source,
      action: 'close',
      target_type: 'alert',
      target_id: alert.id,
      old_values: { status, assignee, resolution },
      new_values: { status: alert.status, assignee, resolution, note: by.sentence },
    }
  })
}

/** Counts each suppressed alert once. An alert that grows while suppressed only renews the time of the last hit. */
const countHits = async (
  merged: readonly Alert[],
  open: readonly Alert[],
  hit: (id: string, count: number) => Promise<void>,
): Promise<void> => {
  const hiddenBefore = new Map(open.map(({ id, suppression_id }) => [id, suppression_id]))
  const counts = new Map<string, number>()
  for (const { id, suppression_id } of merged) {
    if (suppression_id === null) continue
    const isNew = hiddenBefore.get(id) !== suppression_id
    counts.set(suppression_id, (counts.get(suppression_id) ?? 0) + (isNew ? 1 : 0))
  }
  for (const [id, count] of counts) await hit(id, count)
}
