import { day, week } from '../../../lib/units/time.ts'
import { type Alert, isDismissed } from '../../../schema/alert/alert.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import { severityRank } from '../../../schema/severity.ts'
import { alertIdOf, foldDetection, openAlert } from './fold.ts'

/** How long a dismissed alert absorbs matching detections without reopening, since it was last seen. */
export const dismissedWindow = week
/** How long an open alert absorbs matching detections, since it was last seen. */
export const reopenWindow = day

/** A suppression that matches an alert. */
export interface MatchedSuppression {
  readonly id: string
  /** Why it does not hide the alert: the alert is clearly worse than what was suppressed. */
  readonly outgrown?: string | undefined
}

interface MergeContext {
  readonly now: number
  /** Returns the suppression that matches an alert, if any. */
  readonly suppress: (alert: Alert) => MatchedSuppression | undefined
  /** In ms of event time. Defaults to 24 hours. */
  readonly window?: number
  /** Alerts that are no longer open, by id. A detection that one of them covers opens nothing, and their ids are not reused. */
  readonly closed?: ReadonlyMap<string, Alert>
}

/**
 * Merges detections into recent alerts with the same key, and opens alerts for the rest. Dismissed alerts grow but stay closed. Returns the
 * alerts that are new or changed. The result does not depend on the order of the detections or on repeats.
 */
export const mergeDetections = (
  open: readonly Alert[],
  detections: readonly Detection[],
  { now, suppress, window = reopenWindow, closed = new Map() }: MergeContext,
): Alert[] => {
  if (detections.length === 0) return []
  const before = new Map<string, Alert>()
  /** Holds alerts of all keys, because senders may reuse an id for different alerts. */
  const named = new Map(open.map((alert) => [alert.id, alert]))
  const byKey = new Map(detections.map(({ dedup_key }) => [dedup_key, new Map<string, Alert>()]))
  for (const alert of open) {
    const sameKey = byKey.get(alert.dedup_key)
    if (!sameKey) continue
    sameKey.set(alert.id, alert)
    before.set(alert.id, alert)
  }

  for (const detection of [...detections].sort(byStart)) {
    const sameKey = byKey.get(detection.dedup_key)
    if (!sameKey) continue
    const within = detection.merge_within ?? window
    const known = [...sameKey.values()]
    const target =
      findTarget(known.filter(isAlive), detection, within) ??
      findTarget(known.filter(isDismissed), detection, Math.max(within, dismissedWindow))
    const next = detection.over
      ? resolve(target, detection, now)
      : target
        ? foldDetection(target, detection, now)
        : openUnlessCovered(detection, (id) => named.get(id) ?? closed.get(id), now)
    if (!next) continue
    sameKey.set(next.id, next)
    named.set(next.id, next)
  }

  return [...byKey.values()]
    .flatMap((alerts) => [...alerts.values()])
    .filter((alert) => before.get(alert.id) !== alert)
    .map((alert) => {
      const former = before.get(alert.id)
      return applySuppression(
        former ? { ...endSnoozeIfWorse(alert, former), version: former.version + 1 } : alert,
        suppress,
        now,
      )
    })
}

/** Ends a snooze when the alert becomes more severe. */
const endSnoozeIfWorse = (alert: Alert, former: Alert): Alert =>
  alert.snoozed_until && severityRank(alert.severity) > severityRank(former.severity)
    ? { ...alert, snoozed_until: null }
    : alert

const byStart = (a: Detection, b: Detection): number =>
  Date.parse(a.first_seen) - Date.parse(b.first_seen) ||
  Date.parse(a.last_seen) - Date.parse(b.last_seen) ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Returns the alert that already contains the detection, else the nearest in time within the window. */
const findTarget = (alerts: readonly Alert[], detection: Detection, window: number): Alert | undefined => {
  const known = alerts.find(({ detection_ids }) => detection_ids.includes(detection.id))
  if (known) return known
  let best: Alert | undefined
  let least = window
  for (const alert of alerts) {
    const distance = gapBetween(alert, detection)
    if (distance > least || (distance === least && best && best.id < alert.id)) continue
    best = alert
    least = distance
  }
  return best
}

const gapBetween = (a: Spanned, b: Spanned): number =>
  Math.max(0, Date.parse(b.first_seen) - Date.parse(a.last_seen), Date.parse(a.first_seen) - Date.parse(b.last_seen))

type Spanned = Pick<Alert, 'first_seen' | 'last_seen'>

/** Opens an alert. Returns undefined if an alert with its id already covers the detection. */
const openUnlessCovered = (
  detection: Detection,
  known: (id: string) => Alert | undefined,
  now: number,
): Alert | undefined => {
  let id = alertIdOf(detection, undefined)
  for (let former = known(id); former; former = known(id)) {
    if (foldDetection(former, detection, now) === former) return undefined
    id = alertIdOf(detection, id)
  }
  return openAlert(detection, id, now)
}

/** Resolves the alert at its sender's request, with the sender's last values. Skips an alert that began later: it is a new occurrence. */
const resolve = (target: Alert | undefined, detection: Detection, now: number): Alert | undefined => {
  if (!target || !isAlive(target) || Date.parse(target.first_seen) > Date.parse(detection.last_seen)) return undefined
  return { ...foldDetection(target, detection, now), status: 'resolved' }
}

const isAlive = ({ status }: Alert): boolean => status !== 'resolved' && status !== 'false_positive'

/** Suppresses an alert that a suppression matches, and reopens one that none matches any more. Leaves alerts that somebody works on. */
const applySuppression = (alert: Alert, suppress: MergeContext['suppress'], now: number): Alert => {
  const idle = (alert.status === 'new' || alert.status === 'triaged') && !alert.assignee
  if (!idle && alert.status !== 'suppressed') return alert
  const matched = suppress(alert)
  if (matched && matched.outgrown === undefined) {
    return { ...alert, status: 'suppressed', suppression_id: matched.id, ...(alert.resurfaced && { resurfaced: null }) }
  }
  const shown: Alert = alert.status === 'suppressed' ? { ...alert, status: 'new', suppression_id: null } : alert
  if (matched?.outgrown === undefined || alert.resurfaced?.suppression_id === matched.id) return shown
  const at = new Date(now).toISOString()
  return { ...shown, resurfaced: { suppression_id: matched.id, reason: matched.outgrown, at } }
}
