import type { Alert } from '../../schema/alert.ts'
import type { Entity } from '../../schema/detection.ts'
import { severityRank } from '../../schema/severity.ts'

/** What of an alert is asked again and again, because it is compared with many. */
interface Facts {
  readonly start: number
  readonly end: number
  readonly host: string | undefined
  readonly service: string | undefined
  /** All entities, by type and value. */
  readonly entities: ReadonlyMap<string, Entity>
  readonly attackers: ReadonlySet<string>
}

const known = new WeakMap<Alert, Facts>()

const factsOf = (alert: Alert): Facts => {
  const before = known.get(alert)
  if (before) return before
  const firstOf = (wanted: Entity['type']) => alert.entities.find(({ type }) => type === wanted)?.value
  const facts = {
    start: Date.parse(alert.first_seen),
    end: Date.parse(alert.last_seen),
    // What another system sends comes from many machines by one door.
    host: firstOf('host') ?? (alert.observed ? undefined : alert.source),
    service: firstOf('service'),
    entities: new Map(alert.entities.map((entity) => [`${entity.type} ${entity.value}`, entity])),
    attackers: new Set(findAttackers(alert)),
  }
  known.set(alert, facts)
  return facts
}

/** Addresses in the role of attacker or source, else those that are not a victim or a proxy, else domains, URLs and file hashes. */
const findAttackers = ({ address_roles: roles = {}, observed, entities }: Alert): readonly string[] => {
  const said = observed?.source_ip === undefined ? [] : [observed.source_ip]
  const inRole = roles.attacker?.map(({ ip }) => ip) ?? [...said, ...(roles.source ?? []).map(({ ip }) => ip)]
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

/** The host that an alert is about. Where log lines name none, their source stands for it; alerts of other systems then have none. */
export const hostOf = (alert: Alert): string | undefined => factsOf(alert).host

export const serviceOf = (alert: Alert): string | undefined => factsOf(alert).service

/** The entities of an alert, each under its type and value. */
export const entitiesOf = (alert: Alert): ReadonlyMap<string, Entity> => factsOf(alert).entities

/** The attackers that an alert shows, each as its entity's type and value. */
export const attackersOf = (alert: Alert): ReadonlySet<string> => factsOf(alert).attackers

/** Tells whether an alert is grave enough to be told to people on its own. */
export const isGrave = ({ severity }: Alert): boolean => severityRank(severity) >= severityRank('medium')

/** Orders alerts by when they began; ties are broken by id, so that the order in which they came does not matter. */
export const byStart = (a: Alert, b: Alert): number => startsAt(a) - startsAt(b) || (a.id < b.id ? -1 : 1)

/** Orders alerts by how much they matter, most first. */
export const byGravity = (a: Alert, b: Alert): number =>
  severityRank(b.severity) - severityRank(a.severity) ||
  (b.triage?.risk_score ?? 0) - (a.triage?.risk_score ?? 0) ||
  b.event_count - a.event_count ||
  b.score - a.score ||
  byStart(a, b)

/**
 * How many events alerts cover, at least: what the detector that saw most says, because several often see the same events.
 */
export const eventsOf = (alerts: readonly Alert[]): number => {
  const seen = new Map<string, number>()
  for (const { detectors, event_count } of alerts) {
    for (const detector of detectors) seen.set(detector, (seen.get(detector) ?? 0) + event_count)
  }
  return Math.max(0, ...seen.values())
}
