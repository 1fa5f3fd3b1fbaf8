import type { Alert } from '../../schema/alert/alert.ts'
import type { Admits } from './admission.ts'
import { byStart, endsAt, isSevere, startsAt } from './alert-facts.ts'
import { type Bond, type BondLimits, bondKeys, bondOf } from './bond.ts'

/** Alerts that belong together. */
export interface AlertCluster {
  /** The existing incident of the group. */
  readonly incident: string | undefined
  /** Whether that incident is over. Then only a severe alert may join, and it reopens the incident. */
  readonly over: boolean
  /** Which alerts may join; by default all. */
  readonly admits?: Admits
  readonly alerts: Alert[]
}

export interface ClusterLimits extends BondLimits {
  readonly maxSpan: number
  readonly maxMembers: number
}

interface Pair extends Bond {
  /** Orders pairs by the start of their alerts. */
  readonly place: number
  readonly a: Alert
  readonly b: Alert
}

/** How many neighbours in time, of each kind, to compare an alert with for each key. */
const neighbours = 12

/**
 * Groups alerts by their bonds, strongest first (Kruskal's spanning forest, cut where a group would get too long or too large, or would
 * join two incidents). First joins severe alerts, then each minor alert to the severe one with the strongest bond, then the remaining minor
 * alerts if different detectors agree. A minor alert never joins two severe groups, so chance neighbours do not merge everything.
 * O(n · keys · neighbours).
 */
export const cluster = (
  loose: readonly Alert[],
  groups: readonly AlertCluster[],
  limits: ClusterLimits,
): AlertCluster[] => {
  const groupOf = new Map<string, AlertCluster>()
  for (const group of groups) for (const { id } of group.alerts) groupOf.set(id, group)
  const all = [...loose, ...groups.flatMap(({ alerts }) => alerts)]
  const pairs = bondedPairs(all, groupOf, limits)
  const reopened = new Set<AlertCluster>()

  for (const { a, b, isAgain } of pairs) {
    if (!isSevere(a) || !isSevere(b)) continue
    const joined = join(groupOf, a, b, isAgain ? { ...limits, maxSpan: Number.POSITIVE_INFINITY } : limits)
    if (joined?.over) reopened.add(joined)
  }
  for (const { a, b } of pairs) {
    if (isSevere(a) === isSevere(b)) continue
    const [minor, severe] = isSevere(a) ? [b, a] : [a, b]
    const minorGroup = groupOf.get(minor.id)
    const target = groupOf.get(severe.id)
    if (target?.over && !reopened.has(target)) continue
    if (minorGroup && (minorGroup.over || minorGroup.alerts.some(isSevere))) continue
    join(groupOf, minor, severe, limits)
  }
  const claimed = new Set([...groupOf].flatMap(([id, { over, alerts }]) => (over || alerts.some(isSevere) ? [id] : [])))
  for (const { a, b } of pairs) {
    if (!isSevere(a) && !isSevere(b) && !claimed.has(a.id) && !claimed.has(b.id) && agree(a, b))
      join(groupOf, a, b, limits)
  }
  for (const alert of loose) {
    if (isSevere(alert) && !groupOf.has(alert.id)) {
      groupOf.set(alert.id, { incident: undefined, over: false, alerts: [alert] })
    }
  }
  return [...new Set(groupOf.values())]
}

/** Joins two alerts and their groups. Returns undefined if the limits forbid it. */
const join = (
  groupOf: Map<string, AlertCluster>,
  a: Alert,
  b: Alert,
  limits: ClusterLimits,
): AlertCluster | undefined => {
  const ofA = groupOf.get(a.id)
  const ofB = groupOf.get(b.id)
  if (ofA && ofA === ofB) return undefined
  if (ofA?.incident !== undefined && ofB?.incident !== undefined) return undefined
  const alerts = [...(ofA?.alerts ?? [a]), ...(ofB?.alerts ?? [b])]
  if (alerts.length > limits.maxMembers || spanOf(alerts) > limits.maxSpan) return undefined
  const target = (ofB?.incident !== undefined ? ofB : (ofA ?? ofB)) ?? { incident: undefined, over: false, alerts: [] }
  const newcomers = target === ofA ? (ofB?.alerts ?? [b]) : (ofA?.alerts ?? [a])
  if (target.admits?.(newcomers, target.alerts) === false) return undefined
  target.alerts.splice(0, target.alerts.length, ...alerts)
  for (const { id } of alerts) groupOf.set(id, target)
  return target
}

const spanOf = (alerts: readonly Alert[]): number =>
  alerts.reduce((last, alert) => Math.max(last, endsAt(alert)), Number.NEGATIVE_INFINITY) -
  alerts.reduce((first, alert) => Math.min(first, startsAt(alert)), Number.POSITIVE_INFINITY)

/**
 * Whether two minor alerts confirm each other: found by different detectors, and not both while learning. Two informational ones do not,
 * and a rate that is only context, such as the run of a job, confirms nothing.
 */
const agree = (a: Alert, b: Alert): boolean =>
  ![a, b].every(({ severity }) => severity === 'info') &&
  ![a, b].some(({ severity, detectors }) => severity === 'info' && detectors.includes('baseline')) &&
  !(a.learning && b.learning) &&
  b.detectors.some((name) => !a.detectors.includes(name))

/** Returns the bonds between neighbours in time, strongest first. */
const bondedPairs = (
  alerts: readonly Alert[],
  groupOf: ReadonlyMap<string, AlertCluster>,
  limits: BondLimits,
): Pair[] => {
  const sorted = [...alerts].sort(byStart)
  const order = new Map(sorted.map((alert, i) => [alert, i]))
  const pairs = new Map<number, Pair | undefined>()
  const buckets = new Map<string, Bucket>()
  for (const [i, b] of sorted.entries()) {
    const settled = groupOf.has(b.id)
    for (const key of bondKeys(b)) {
      const bucket = buckets.get(key) ?? emptyBucket()
      buckets.set(key, bucket)
      // Skip pairs in incidents, because incidents are not joined.
      for (const earlier of settled ? bucket.loose : [...bucket.loose, ...bucket.settled]) {
        for (const a of earlier) {
          const place = (order.get(a) ?? 0) * sorted.length + i
          if (pairs.has(place)) continue
          const bond = bondOf(a, b, limits)
          pairs.set(place, bond && { ...bond, place, a, b })
        }
      }
      const kind = bucket[settled ? 'settled' : 'loose'][isSevere(b) ? 1 : 0]
      kind.push(b)
      if (kind.length > neighbours) kind.shift()
    }
  }
  return [...pairs.values()]
    .filter((pair) => pair !== undefined)
    .sort((x, y) => y.strength - x.strength || x.gap - y.gap || x.place - y.place)
}

/** The latest alerts with a common key: minor and severe ones, outside incidents and in them. */
interface Bucket {
  readonly loose: readonly [Alert[], Alert[]]
  readonly settled: readonly [Alert[], Alert[]]
}

const emptyBucket = (): Bucket => ({ loose: [[], []], settled: [[], []] })
