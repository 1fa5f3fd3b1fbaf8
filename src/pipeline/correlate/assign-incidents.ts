import { createHash } from 'node:crypto'
import { span } from '../../lib/units/duration.ts'
import { day, hour } from '../../lib/units/time.ts'
import { type Alert, isDismissed, openAlertStatuses } from '../../schema/alert/alert.ts'
import { type Incident, isOpenIncident, withStatus } from '../../schema/incident/incident.ts'
import { isNewsTo, settleIncident } from '../../schema/incident/settle-incident.ts'
import { admissionTo } from './admission.ts'
import { byStart, startsAt } from './alert-facts.ts'
import { anotherAttackerStep } from './another-attacker.ts'
import { bondOf, gapBetween, strongest } from './bond.ts'
import { type AlertCluster, type ClusterLimits, cluster } from './cluster.ts'
import { deriveIncident } from './describe-incident.ts'

/** Default limits, in ms of event time. */
export const correlateDefaults: ClusterLimits = { gap: hour, idle: day, maxSpan: 72 * hour, maxMembers: 500 }

export interface CorrelateContext extends Partial<ClusterLimits> {
  readonly now: number
  /** Returns the next display number. */
  readonly nextNumber: () => number
  /** The alerts in open incidents. Without them, an incident attracts nothing. */
  readonly members?: readonly Alert[]
}

/**
 * Groups alerts into incidents and returns those that are new or changed. An alert of medium severity or above opens an incident, and so
 * do minor alerts of different detectors that agree. Other minor alerts only join. An alert belongs to at most one incident. The result
 * does not depend on the order of alerts or on repeats.
 *
 * @param open the open incidents, and those resolved recently enough to be reopened
 */
export const assignIncidents = (
  alerts: readonly Alert[],
  open: readonly Incident[],
  { now, nextNumber, members = [], ...given }: CorrelateContext,
): Incident[] => {
  const limits: ClusterLimits = { ...correlateDefaults, ...given }
  const newest = new Map([...members, ...alerts].map((alert) => [alert.id, alert]))
  const incidents = new Map(open.filter(({ merged_into }) => merged_into === null).map((one) => [one.id, one]))
  const taken = new Set<string>()
  const groups = [...incidents.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((incident): AlertCluster => {
      const own = incident.members.flatMap(({ alert_id }) => {
        const alert = taken.has(alert_id) ? undefined : newest.get(alert_id)
        taken.add(alert_id)
        return alert ?? []
      })
      return {
        incident: incident.id,
        over: !isOpenIncident(incident),
        admits: admissionTo(incident, own),
        alerts: own,
      }
    })
  const loose = [...newest.values()].filter((alert) => !taken.has(alert.id) && isOpenAlert(alert))

  return cluster(loose, groups, limits)
    .flatMap((group) => {
      const [first] = group.alerts.toSorted(byStart)
      return first ? { first, group } : []
    })
    .sort((a, b) => byStart(a.first, b.first))
    .flatMap(({ group }) => {
      const before = group.incident === undefined ? undefined : incidents.get(group.incident)
      return before
        ? (update(before, group.alerts, now, limits) ?? [])
        : openIncident(group.alerts, now, nextNumber, limits)
    })
}

const isOpenAlert = ({ status }: Alert): boolean => openAlertStatuses.some((open) => open === status)

const openIncident = (
  alerts: readonly Alert[],
  now: number,
  nextNumber: () => number,
  limits: ClusterLimits,
): Incident => {
  const sorted = [...alerts].sort(byStart)
  const time = new Date(now).toISOString()
  return {
    id: incidentIdOf(sorted),
    display_id: `INC-${nextNumber()}`,
    status: 'open',
    ...deriveIncident(sorted, { ...nothingBefore, timeline: sorted.flatMap((alert) => resurfacedStep(alert)) }),
    members: sorted.map((alert, i) => ({
      alert_id: alert.id,
      reason: i === 0 ? 'first alert of this incident' : reasonFor(alert, sorted, limits),
      added_at: time,
    })),
    created_at: time,
    updated_at: time,
    assignee: null,
    resolution: null,
    merged_into: null,
    version: 1,
  }
}

const nothingBefore = { members: [], evidence: [], event_count: 0, entities: [], address_roles: undefined }

const resurfacedStep = (alert: Alert): Incident['timeline'] => {
  const text = worseThanSuppressed(alert)
  if (text === undefined || !alert.resurfaced) return []
  return [{ time: alert.resurfaced.at, kind: 'change', text: `${alert.title}: ${text}`, actor: 'vedette' }]
}

/** Returns the id of an incident, from its first alert and that alert's former incident, so that no id is reused. */
export const incidentIdOf = (sorted: readonly Alert[]): string =>
  createHash('sha256')
    .update([sorted[0]?.id ?? '', sorted[0]?.incident_id ?? ''].join('\0'))
    .digest('hex')
    .slice(0, 32)

/** Incidents with alerts that change nothing in them: most open incidents stay as they are when an alert arrives. */
const unchanged = new WeakMap<Incident, readonly Alert[]>()

/** Adds alerts to an incident and updates it; undefined if nothing changed. */
const update = (
  before: Incident,
  alerts: readonly Alert[],
  now: number,
  limits: ClusterLimits,
): Incident | undefined => {
  const known = unchanged.get(before)
  if (known?.length === alerts.length && known.every((alert, i) => alert === alerts[i])) return undefined
  const after = derive(before, alerts, now, limits)
  if (!after) unchanged.set(before, [...alerts])
  return after
}

const derive = (
  before: Incident,
  alerts: readonly Alert[],
  now: number,
  limits: ClusterLimits,
): Incident | undefined => {
  const known = new Set(before.members.map(({ alert_id }) => alert_id))
  const added = alerts.filter(({ id }) => !known.has(id)).sort(byStart)
  // When a suppression ends, alerts reappear that are members already.
  const back = before.suppression_id ? alerts.filter((alert) => known.has(alert.id) && isOpenAlert(alert)) : []
  const open = isOpenIncident(before)
  if (!open && added.length === 0 && back.length === 0) return undefined
  const time = new Date(now).toISOString()
  const joined = added.map((alert) => ({
    alert_id: alert.id,
    reason: reasonFor(alert, alerts, limits),
    added_at: time,
  }))
  const [cause] = reopens(before, added)
  const reason = [joined.find(({ alert_id }) => alert_id === cause?.id)?.reason, cause && worseThanSuppressed(cause)]
  const reopening = open
    ? []
    : cause
      ? [reopenStep(before, cause, reason.filter((part) => part !== undefined).join('; '), now)]
      : back
          .map((alert) => reopenStep(before, alert, worseThanSuppressed(alert) ?? 'its suppression ended', now))
          .slice(0, 1)
  if (!open && reopening.length === 0) {
    // The alerts repeat what people dismissed, so add them without reopening.
    const members = [...before.members, ...joined]
    return { ...before, members, alert_count: members.length, updated_at: time, version: before.version + 1 }
  }
  const members = [...before.members, ...joined]
  const newcomers = anotherAttackerStep({ ...before, members }, alerts, time)
  const after: Incident = {
    ...(reopening.length > 0
      ? { ...withStatus(before, 'open', time), resolution: null, suppression_id: null }
      : before),
    ...deriveIncident(alerts, { ...before, timeline: [...before.timeline, ...reopening, ...newcomers] }),
    members,
  }
  const settled = settleIncident(after, alerts, time) ?? after
  if (joined.length === 0 && JSON.stringify(settled) === JSON.stringify(before)) return undefined
  return { ...settled, updated_at: time, version: before.version + 1 }
}

/** Returns the alerts that reopen a closed incident: any, or only those with news if people dismissed it. */
const reopens = (before: Incident, added: readonly Alert[]): readonly Alert[] =>
  isDismissed(before) && !before.suppression_id ? added.filter((alert) => isNewsTo(before, alert)) : added

const worseThanSuppressed = ({ resurfaced }: Alert): string | undefined =>
  resurfaced ? `clearly worse than what was suppressed: ${resurfaced.reason}` : undefined

const reopenStep = (before: Incident, alert: Alert, reason: string, now: number) => ({
  time: new Date(now).toISOString(),
  kind: 'change' as const,
  text: `Reopened ${span(Math.max(0, now - Date.parse(before.updated_at)))} after it was ${before.status}: ${alert.title} (${reason})`,
  actor: 'vedette',
})

/** Explains why an alert belongs to the others: by its strongest bond, preferably with an earlier alert. */
const reasonFor = (alert: Alert, all: readonly Alert[], limits: ClusterLimits): string => {
  const others = all.filter((other) => other !== alert)
  const before = others.filter((other) => byStart(other, alert) < 0)
  for (const candidates of [before, others]) {
    let best: { readonly text: string; readonly strength: number; readonly gap: number } | undefined
    for (const other of candidates) {
      const bond = bondOf(other, alert, limits)
      if (!bond || (best && (best.strength - bond.strength || bond.gap - best.gap) >= 0)) continue
      best = { ...bond, text: `${bond.shared}, ${distance(alert, other)}` }
      if (bond.strength === strongest && bond.gap === 0) break
    }
    if (best) return best.text
  }
  return 'added by a person'
}

const distance = (alert: Alert, other: Alert): string => {
  const gap = gapBetween(alert, other)
  if (gap === 0) return 'at the same time'
  return `${span(gap)} ${startsAt(alert) >= startsAt(other) ? 'later' : 'earlier'}`
}
