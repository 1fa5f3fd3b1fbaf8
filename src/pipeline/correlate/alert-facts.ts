import type { Alert } from '../../schema/alert/alert.ts'
import type { Entity } from '../../schema/detection/detection.ts'
import { severityRank } from '../../schema/severity.ts'

/** Facts about an alert, cached because it is compared with many others. */
interface Facts {
  readonly start: number
  readonly end: number
  readonly host: string | undefined
  /** Whether the alert names its host, so that it is no name of a log. */
  readonly namesHost: boolean
  readonly service: string | undefined
  /** Its detectors, type and rules. */
  readonly kind: string
  /** All entities, by type and value. */
  readonly entities: ReadonlyMap<string, Entity>
  readonly attackers: ReadonlySet<string>
}

const known = new WeakMap<Alert, Facts>()

const factsOf = (alert: Alert): Facts => {
  const before = known.get(alert)
  if (before) return before
  const firstOf = (wanted: Entity['type']) => alert.entities.find(({ type }) => type === wanted)?.value
  const named = firstOf('host')
  const facts = {
    start: Date.parse(alert.first_seen),
    end: Date.parse(alert.last_seen),
    // One source relays alerts of many machines, so it cannot replace the host.
    host: named ?? (alert.observed ? undefined : alert.source),
    namesHost: named !== undefined,
    service: firstOf('service'),
    kind: [...alert.detectors, alert.type, ...(alert.rules ?? []).map(({ id }) => id)].join(' '),
    entities: byName(alert.entities),
    attackers: new Set(findAttackers(alert)),
  }
  known.set(alert, facts)
  return facts
}

/** Returns entities by type and value. */
export const byName = (entities: readonly Entity[]): ReadonlyMap<string, Entity> =>
  new Map(entities.map((entity) => [`${entity.type} ${entity.value}`, entity]))

/** Returns addresses in the role of attacker or source, else those that are no victim or proxy, else domains, URLs and file hashes. */
const findAttackers = ({ address_roles: roles = {}, observed, entities }: Alert): readonly string[] => {
  const observedSource = observed?.source_ip === undefined ? [] : [observed.source_ip]
  const inRole = roles.attacker?.map(({ ip }) => ip) ?? [...observedSource, ...(roles.source ?? []).map(({ ip }) => ip)]
  if (inRole.length > 0) return inRole.map((ip) => `ip ${ip}`)
  const ours = new Set([...(roles.destination ?? []), ...(roles.proxy ?? [])].map(({ ip }) => ip))
  if (observed?.destination_ip !== undefined) ours.add(observed.destination_ip)
  const keysOf = (...types: readonly string[]) =>
    entities
      .filter(({ type, value }) => types.includes(type) && !(type === 'ip' && ours.has(value)))
      .map(({ type, value }) => `${type} ${value}`)
  const addresses = keysOf('ip')
  return addresses.length > 0 ? addresses : keysOf('domain', 'url', 'hash')
}

export const startsAt = (alert: Alert): number => factsOf(alert).start
export const endsAt = (alert: Alert): number => factsOf(alert).end

/** Returns the host of an alert. Log lines without a host use their source instead; external alerts do not. */
export const alertHost = (alert: Alert): string | undefined => factsOf(alert).host

/** Whether an alert names its host. */
export const namesHost = (alert: Alert): boolean => factsOf(alert).namesHost

export const serviceOf = (alert: Alert): string | undefined => factsOf(alert).service

/** Returns the entities of an alert, by type and value. */
export const entitiesOf = (alert: Alert): ReadonlyMap<string, Entity> => factsOf(alert).entities

/** Returns the attackers in an alert, as type and value. */
export const attackersOf = (alert: Alert): ReadonlySet<string> => factsOf(alert).attackers

/** Whether an alert is severe enough to open an incident on its own. */
export const isSevere = ({ severity }: Alert): boolean => severityRank(severity) >= severityRank('medium')

/** Orders alerts by start. Breaks ties by id, so that the order of arrival does not matter. */
export const byStart = (a: Alert, b: Alert): number => startsAt(a) - startsAt(b) || (a.id < b.id ? -1 : 1)

/** Orders alerts by importance, most important first. */
export const byImportance = (a: Alert, b: Alert): number =>
  severityRank(b.severity) - severityRank(a.severity) ||
  (b.triage?.risk_score ?? 0) - (a.triage?.risk_score ?? 0) ||
  b.event_count - a.event_count ||
  b.score - a.score ||
  byStart(a, b)

/**
 * Returns how many different events the alerts cover at least. Several detectors and rules often see the same events, so alerts of another
 * kind add theirs only if they lie at another time, or by their evidence. Alerts of one kind have different subjects. O(alerts²).
 */
export const eventsOf = (alerts: readonly Alert[]): number => {
  const counted: Facts[] = []
  let sum = 0
  for (const alert of alerts.toSorted((a, b) => b.event_count - a.event_count || byStart(a, b))) {
    const facts = factsOf(alert)
    if (counted.some((other) => other.kind !== facts.kind && overlap(other, facts))) continue
    counted.push(facts)
    sum += alert.event_count
  }
  const shown = new Set(alerts.flatMap(({ evidence }) => evidence.map(({ event_id }) => event_id)))
  return Math.max(shown.size, sum)
}

const overlap = (a: Facts, b: Facts): boolean => a.start <= b.end && b.start <= a.end
