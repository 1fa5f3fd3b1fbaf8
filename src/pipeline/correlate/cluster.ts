import type { Alert } from '../../schema/alert.ts'
import type { Admits } from './admission.ts'
import { byStart, endsAt, isGrave, startsAt } from './alert-facts.ts'
import { type Bond, type BondLimits, bondKeys, bondOf } from './bond.ts'

/** Alerts that belong together. */
export interface Group {
  /** The incident that they belong to already. */
  readonly incident: string | undefined
  /** Whether that incident is over: then only what is grave may join, and reopens it. */
  readonly over: boolean
  /** Which alerts may join; any unless said otherwise. */
  readonly admits?: Admits
  readonly alerts: Alert[]
}

export interface ClusterLimits extends BondLimits {
  readonly maxSpan: number
  readonly maxMembers: number
}

interface Pair extends Bond {
  readonly a: Alert
  readonly b: Alert
}

/** With how many neighbours in time, of each kind, an alert is compared for each thing that it shares. */
const neighbours = 12

/**
 * Groups alerts by their bonds, strongest first (Kruskal's spanning forest, cut where a group would grow too long, too large, or would
 * join two incidents). Grave alerts are bound to each other first; then each lesser alert joins the group of the grave alert that it is
 * bound to most; what is left opens or joins a group of its kind only where different detectors agree. A lesser alert never joins two
 * groups of grave ones, so chance neighbours do not make one incident of everything. O(n · shared things · neighbours).
 */
export const cluster = (loose: readonly Alert[], groups: readonly Group[], limits: ClusterLimits): Group[] => {
  const home = new Map<string, Group>()
  for (const group of groups) for (const { id } of group.alerts) home.set(id, group)
  const all = [...loose, ...groups.flatMap(({ alerts }) => alerts)]
  const pairs = bondedPairs(all, home, limits)
  const reopened = new Set<Group>()

  for (const { a, b } of pairs) {
    if (!isGrave(a) || !isGrave(b)) continue
    const joined = join(home, a, b, limits)
    if (joined?.over) reopened.add(joined)
  }
  for (const { a, b } of pairs) {
    if (isGrave(a) === isGrave(b)) continue
    const [lesser, grave] = isGrave(a) ? [b, a] : [a, b]
    const ofLesser = home.get(lesser.id)
    const target = home.get(grave.id)
    if (target?.over && !reopened.has(target)) continue
    if (ofLesser && (ofLesser.over || ofLesser.alerts.some(isGrave))) continue
    join(home, lesser, grave, limits)
  }
  const claimed = new Set([...home].flatMap(([id, { over, alerts }]) => (over || alerts.some(isGrave) ? [id] : [])))
  for (const { a, b } of pairs) {
    if (!isGrave(a) && !isGrave(b) && !claimed.has(a.id) && !claimed.has(b.id) && agree(a, b)) join(home, a, b, limits)
  }
  for (const alert of loose) {
    if (isGrave(alert) && !home.has(alert.id)) {
      home.set(alert.id, { incident: undefined, over: false, alerts: [alert] })
    }
  }
  return [...new Set(home.values())]
}

/** Puts two alerts, and what they are grouped with, into one group; undefined when that may not be. */
const join = (home: Map<string, Group>, a: Alert, b: Alert, limits: ClusterLimits): Group | undefined => {
  const ofA = home.get(a.id)
  const ofB = home.get(b.id)
  if (ofA && ofA === ofB) return undefined
  if (ofA?.incident !== undefined && ofB?.incident !== undefined) return undefined
  const alerts = [...(ofA?.alerts ?? [a]), ...(ofB?.alerts ?? [b])]
  if (alerts.length > limits.maxMembers || spanOf(alerts) > limits.maxSpan) return undefined
  const target = (ofB?.incident !== undefined ? ofB : (ofA ?? ofB)) ?? { incident: undefined, over: false, alerts: [] }
  const newcomers = target === ofA ? (ofB?.alerts ?? [b]) : (ofA?.alerts ?? [a])
  if (target.admits?.(newcomers, target.alerts) === false) return undefined
  target.alerts.splice(0, target.alerts.length, ...alerts)
  for (const { id } of alerts) home.set(id, target)
  return target
}

const spanOf = (alerts: readonly Alert[]): number =>
  alerts.reduce((last, alert) => Math.max(last, endsAt(alert)), Number.NEGATIVE_INFINITY) -
  alerts.reduce((first, alert) => Math.min(first, startsAt(alert)), Number.POSITIVE_INFINITY)

/** Tells whether two lesser alerts confirm each other: seen by different detectors, and not all of it still being learnt. */
const agree = (a: Alert, b: Alert): boolean =>
  !(a.learning && b.learning) && b.detectors.some((name) => !a.detectors.includes(name))

/** Every bond between alerts that are neighbours in time, share something and may still be joined; strongest first. */
const bondedPairs = (alerts: readonly Alert[], home: ReadonlyMap<string, Group>, limits: BondLimits): Pair[] => {
  const sorted = [...alerts].sort(byStart)
  const order = new Map(sorted.map((alert, i) => [alert, i]))
  const pairs = new Map<number, Pair | undefined>()
  const buckets = new Map<string, Bucket>()
  for (const [i, b] of sorted.entries()) {
    const settled = home.has(b.id)
    for (const key of bondKeys(b)) {
      const bucket = buckets.get(key) ?? emptyBucket()
      buckets.set(key, bucket)
      // No two that belong to incidents already, because those are not joined.
      for (const a of [...bucket.loose.flat(), ...(settled ? [] : bucket.settled.flat())]) {
        const name = (order.get(a) ?? 0) * sorted.length + i
        if (pairs.has(name)) continue
        const bond = bondOf(a, b, limits)
        pairs.set(name, bond && { ...bond, a, b })
      }
      const kind = bucket[settled ? 'settled' : 'loose'][isGrave(b) ? 1 : 0]
      kind.push(b)
      if (kind.length > neighbours) kind.shift()
    }
  }
  const compare = (x: Alert, y: Alert) => (order.get(x) ?? 0) - (order.get(y) ?? 0)
  return [...pairs.values()]
    .filter((pair) => pair !== undefined)
    .sort((x, y) => y.strength - x.strength || x.gap - y.gap || compare(x.a, y.a) || compare(x.b, y.b))
}

/** The last alerts that share something, so many of each kind: lesser and grave ones, in no incident yet and in one. */
interface Bucket {
  readonly loose: readonly [Alert[], Alert[]]
  readonly settled: readonly [Alert[], Alert[]]
}

const emptyBucket = (): Bucket => ({ loose: [[], []], settled: [[], []] })
