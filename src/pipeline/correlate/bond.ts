import type { Alert } from '../../schema/alert.ts'
import type { AlertType, Entity } from '../../schema/detection.ts'
import { endsAt, entitiesOf, hostOf, serviceOf, startsAt } from './alert-facts.ts'

/** Why two alerts belong together: how strongly, how far apart, and in words. */
export interface Bond {
  /** `strongest` the most, 1 the least telling. */
  readonly strength: number
  readonly gap: number
  readonly shared: string
}

export const strongest = 5

export interface BondLimits {
  /** How far apart alerts may lie that share something telling, in ms. */
  readonly gap: number
  /** How long something as telling as an address is remembered between attacks. */
  readonly idle: number
}

const halfHour = 30 * 60_000
const overlap = 5 * 60_000
/** An attack on one service keeps its name longer than a coincidence does. */
const campaignGaps = 4

const names: Partial<Record<Entity['type'], string>> = {
  ip: 'address',
  domain: 'domain',
  url: 'URL',
  hash: 'file hash',
  file: 'file',
  asset: 'asset',
  device: 'device',
  user: 'user',
}
const lasting: readonly Entity['type'][] = ['ip', 'domain', 'url', 'hash']
/** Accounts that every machine has, so that sharing them says nothing. */
const everybody = new Set([
  'root',
  'admin',
  'administrator',
  'system',
  'nobody',
  'guest',
  'test',
  'user',
  'unknown',
  '-',
])

const attacks: readonly AlertType[] = [
  'malware',
  'phishing',
  'brute_force',
  'data_exfiltration',
  'unauthorized_access',
  'policy_violation',
]
const disturbances: readonly AlertType[] = ['anomaly', 'other', 'ddos']

/**
 * Finds the most telling thing that two alerts share, as far as they are close enough in time for it: an address, a file or a user
 * outweighs a service, a service outweighs a host; a host alone counts only within half an hour and for alerts of related tactics.
 */
export const bondOf = (a: Alert, b: Alert, { gap: limit, idle }: BondLimits): Bond | undefined => {
  const gap = gapBetween(a, b)
  if (gap > Math.max(idle, limit * campaignGaps)) return undefined
  const related = areRelated(a, b, gap)

  const telling = firstShared(a, b, tells)
  if (telling) {
    const shared = `same ${names[telling.type]} ${telling.value}`
    if (gap <= limit) return { strength: telling.type === 'user' ? strongest - 1 : strongest, gap, shared }
    if (gap <= idle && related && lasting.includes(telling.type)) return { strength: 4, gap, shared }
  }

  if (!related) return undefined
  const host = hostOf(a) === hostOf(b) ? hostOf(a) : undefined
  const service = serviceOf(a) !== undefined && serviceOf(a) === serviceOf(b) ? serviceOf(a) : undefined
  if (host && (service || a.stream === b.stream)) {
    const campaign = a.type === b.type && attacks.includes(a.type)
    const shared = service ? `same service ${service} on ${host}` : `same stream ${a.stream}`
    if (gap <= (campaign ? limit * campaignGaps : limit)) return { strength: campaign ? 3 : 2, gap, shared }
  }
  const template = firstShared(a, b, ({ type }) => type === 'template')
  if (template && gap <= Math.min(limit, halfHour)) return { strength: 2, gap, shared: 'same message' }
  if (host && gap <= Math.min(limit, halfHour)) {
    const named = a.entities.some(({ type }) => type === 'host')
    return { strength: 1, gap, shared: `same ${named ? 'host' : 'source'} ${host}` }
  }
  if (service && a.type === b.type && gap <= Math.min(limit, overlap)) {
    return { strength: 1, gap, shared: `same service ${service}` }
  }
  return undefined
}

/** Time between the end of one and the beginning of the other; 0 when they overlap. */
export const gapBetween = (a: Alert, b: Alert): number => Math.max(0, startsAt(b) - endsAt(a), startsAt(a) - endsAt(b))

/** What two alerts must share at least one of to be worth comparing. */
export const bondKeys = (alert: Alert): ReadonlySet<string> => {
  const [host, service] = [hostOf(alert), serviceOf(alert)]
  const keys = new Set<string>()
  if (host) keys.add(`host ${host}`)
  if (service) keys.add(`service ${service}`)
  for (const [key, entity] of entitiesOf(alert)) if (tells(entity) || entity.type === 'template') keys.add(key)
  return keys
}

const tells = ({ type, value }: Entity): boolean =>
  names[type] !== undefined && !(type === 'user' && everybody.has(value.toLowerCase()))

/** The first entity of one alert that the other has as well, among those that count. */
const firstShared = (a: Alert, b: Alert, counts: (entity: Entity) => boolean): Entity | undefined => {
  const others = entitiesOf(b)
  for (const [key, entity] of entitiesOf(a)) if (others.has(key) && counts(entity)) return entity
  return undefined
}

/** Steps of an attack are related, and so are disturbances of a service; one of each only when they happen together. */
const areRelated = (a: Alert, b: Alert, gap: number): boolean =>
  (attacks.includes(a.type) && attacks.includes(b.type)) ||
  (disturbances.includes(a.type) && disturbances.includes(b.type)) ||
  gap <= overlap
