import { type Alert, isDismissed } from '../../../schema/alert.ts'
import type { Detection } from '../../../schema/detection.ts'
import { severityRank } from '../../../schema/severity.ts'
import { alertIdOf, fold, openAlert } from '../shared/fold.ts'

/** For how long after it was last seen an alert that people dismissed takes in more of the same, without becoming open again. */
export const dismissedWindow = 7 * 24 * 60 * 60_000

/** How long after an open alert was last seen a detection with its key still belongs to it. */
export const reopenWindow = 24 * 60 * 60_000

interface MergeContext {
  readonly now: number
  /** Names the suppression that hides an alert, if one does. */
  readonly suppress: (alert: Alert) => string | undefined
  /** In ms of event time; 24 hours unless said otherwise. */
  readonly window?: number
  /** Other alerts by id. What they already tell opens nothing, and their ids are not given twice. */
  readonly closed?: ReadonlyMap<string, Alert>
}

/**
 * Folds detections into the alerts that have their key and were seen lately, and opens alerts for the others. Alerts that people
 * dismissed grow, but stay closed. Returns the alerts that are new or changed. The same detections in another order, or once more, give the same alerts.
 */
export const mergeDetections = (
  open: readonly Alert[],
  detections: readonly Detection[],
  { now, suppress, window = reopenWindow, closed = new Map() }: MergeContext,
): Alert[] => {
  if (detections.length === 0) return []
  const before = new Map<string, Alert>()
  /** Of all keys: senders may call different alerts the same. */
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
    const home =
      findHome(known.filter(isAlive), detection, within) ??
      findHome(known.filter(isDismissed), detection, Math.max(within, dismissedWindow))
    const next = detection.over
      ? end(home, detection, now)
      : home
        ? fold(home, detection, now)
        : openUnlessTold(detection, (id) => named.get(id) ?? closed.get(id), now)
    if (!next) continue
    sameKey.set(next.id, next)
    named.set(next.id, next)
  }

  return [...byKey.values()]
    .flatMap((alerts) => [...alerts.values()])
    .filter((alert) => before.get(alert.id) !== alert)
    .map((alert) => {
      const former = before.get(alert.id)
      return applySuppression(former ? { ...wakeIfWorse(alert, former), version: former.version + 1 } : alert, suppress)
    })
}

/** What somebody put aside comes back when it has become graver. */
const wakeIfWorse = (alert: Alert, former: Alert): Alert =>
  alert.snoozed_until && severityRank(alert.severity) > severityRank(former.severity)
    ? { ...alert, snoozed_until: null }
    : alert

const byStart = (a: Detection, b: Detection): number =>
  Date.parse(a.first_seen) - Date.parse(b.first_seen) ||
  Date.parse(a.last_seen) - Date.parse(b.last_seen) ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The alert that knows the detection already, else the one nearest in time within the window. */
const findHome = (alerts: readonly Alert[], detection: Detection, window: number): Alert | undefined => {
  const knows = alerts.find(({ detection_ids }) => detection_ids.includes(detection.id))
  if (knows) return knows
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

/** Opens an alert; undefined when one of its name already tells all that the detection has to tell. */
const openUnlessTold = (
  detection: Detection,
  known: (id: string) => Alert | undefined,
  now: number,
): Alert | undefined => {
  let id = alertIdOf(detection, undefined)
  for (let former = known(id); former; former = known(id)) {
    if (fold(former, detection, now) === former) return undefined
    id = alertIdOf(detection, id)
  }
  return openAlert(detection, id, now)
}

/**
 * Closes the alert that is over by its sender's word, with what its sender said last. An alert that began after that is another one; it
 * came again meanwhile.
 */
const end = (home: Alert | undefined, detection: Detection, now: number): Alert | undefined => {
  if (!home || !isAlive(home) || Date.parse(home.first_seen) > Date.parse(detection.last_seen)) return undefined
  return { ...fold(home, detection, now), status: 'resolved' }
}

const isAlive = ({ status }: Alert): boolean => status !== 'resolved' && status !== 'false_positive'

/** Hides what a suppression covers and shows what none covers any more. An alert that somebody works on stays as it is. */
const applySuppression = (alert: Alert, suppress: MergeContext['suppress']): Alert => {
  const idle = (alert.status === 'new' || alert.status === 'triaged') && !alert.assignee
  if (!idle && alert.status !== 'suppressed') return alert
  const suppression = suppress(alert)
  if (suppression !== undefined) return { ...alert, status: 'suppressed', suppression_id: suppression }
  return alert.status === 'suppressed' ? { ...alert, status: 'new', suppression_id: null } : alert
}
