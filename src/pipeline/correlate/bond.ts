import { minute, week } from '../../lib/units/time.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { AlertType, Entity } from '../../schema/detection/detection.ts'
import { alertHost, endsAt, entitiesOf, serviceOf, startsAt } from './alert-facts.ts'

/** Why two alerts belong together. */
export interface Bond {
  /** From 1 to `strongest`. */
  readonly strength: number
  readonly gap: number
  readonly shared: string
  /** Whether one alert is the other again, which belongs to the same incident however long that lasts. */
  readonly isAgain?: true
}

export const strongest = 5

export interface BondLimits {
  /** The maximum gap between alerts that share a specific entity, in ms. */
  readonly gap: number
  /** How long a shared address or other lasting entity counts, in ms. */
  readonly idle: number
}

const halfHour = 30 * minute
const overlap = 5 * minute
/** A finding about operations that recurs within this time has the same cause. */
export const recurrence = week
/** Attacks of one type on one service may lie this many gaps apart. */
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
/** Accounts that exist on every machine, so sharing them means nothing. */
const commonAccounts = new Set([
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
 * Finds the strongest thing that two alerts share and that is close enough in time: an address, file or user outweighs a service, and a
 * service outweighs a host. A host alone counts only within half an hour and for related types; a service only on one host. Steps of
 * an attack may share any of the hosts that they reached.
 */
export const bondOf = (a: Alert, b: Alert, { gap: limit, idle }: BondLimits): Bond | undefined => {
  const gap = gapBetween(a, b)
  if (recurs(a) && recurs(b) && findingOf(a) === findingOf(b) && gap <= recurrence)
    return { strength: 4, gap, shared: 'the same finding again', isAgain: true }
  if (gap > Math.max(idle, limit * campaignGaps)) return undefined
  const related = areRelated(a, b, gap)

  // Every attacker guesses the same names, on any host.
  const isAbout = guessesNames(a) && guessesNames(b) ? ({ type }: Entity) => type !== 'user' : undefined
  const specific = firstShared(sharableOf(a).specific, b, isAbout)
  if (specific) {
    const shared = `same ${names[specific.type]} ${specific.value}`
    if (gap <= limit) return { strength: specific.type === 'user' ? strongest - 1 : strongest, gap, shared }
    if (gap <= idle && related && lasting.includes(specific.type)) return { strength: 4, gap, shared }
  }

  if (!related) return undefined
  const host = alertHost(a) === alertHost(b) ? alertHost(a) : undefined
  const service = serviceOf(a) !== undefined && serviceOf(a) === serviceOf(b) ? serviceOf(a) : undefined
  if (host && (service || a.stream === b.stream)) {
    const campaign = a.type === b.type && attacks.includes(a.type)
    const shared = service ? `same service ${service} on ${host}` : `same stream ${a.stream}`
    if (gap <= (campaign ? limit * campaignGaps : limit)) return { strength: campaign ? 3 : 2, gap, shared }
  }
  const template = firstShared(sharableOf(a).templates, b)
  if (template && gap <= Math.min(limit, halfHour)) return { strength: 2, gap, shared: 'same message' }
  if (gap > Math.min(limit, halfHour)) return undefined
  if (host) {
    const named = a.entities.some(({ type }) => type === 'host')
    return { strength: 1, gap, shared: `same ${named ? 'host' : 'source'} ${host}` }
  }
  const met = reachesHosts(b) ? firstShared(sharableOf(a).hosts, b) : undefined
  return met && { strength: 1, gap, shared: `same host ${met.value}` }
}

/** Whether an alert of a rule about operations recurs while its cause lasts. An attack has another attacker each time. */
export const recurs = ({ type, detectors }: Alert): boolean => type === 'other' && detectors.includes('sigma')

/** Whether an attacker tried several names, so that they are the attacker's words and not the victims. */
const guessesNames = ({ type, entities }: Alert): boolean =>
  type === 'brute_force' && entities.filter((entity) => entity.type === 'user').length >= 3

/** Whether an alert is a step of an attack on hosts. Those whose passwords are guessed are chosen at random. */
const reachesHosts = ({ type }: Alert): boolean => attacks.includes(type) && type !== 'brute_force'

const findingOf = ({ stream, dedup_key }: Alert): string => `${stream}: ${dedup_key}`

/** Returns the time between the end of one alert and the start of the other; 0 if they overlap. */
export const gapBetween = (a: Alert, b: Alert): number => Math.max(0, startsAt(b) - endsAt(a), startsAt(a) - endsAt(b))

/** Returns the keys of an alert. Two alerts without a common key have no bond. */
export const bondKeys = (alert: Alert): readonly string[] => sharableOf(alert).keys

const isSpecific = ({ type, value }: Entity): boolean =>
  names[type] !== undefined && !(type === 'user' && commonAccounts.has(value.toLowerCase()))

/** The entities that may join an alert to others, with their keys. */
interface Sharable {
  readonly specific: readonly (readonly [key: string, Entity])[]
  readonly templates: readonly (readonly [key: string, Entity])[]
  /** The hosts that a step of an attack reached. */
  readonly hosts: readonly (readonly [key: string, Entity])[]
  readonly keys: readonly string[]
}

/** An alert is compared with many others. */
const known = new WeakMap<Alert, Sharable>()

const sharableOf = (alert: Alert): Sharable => {
  const before = known.get(alert)
  if (before) return before
  const host = alertHost(alert)
  const entities = [...entitiesOf(alert)]
  const specific = entities.filter(([, entity]) => isSpecific(entity))
  const templates = entities.filter(([, { type }]) => type === 'template')
  const hosts = reachesHosts(alert) ? entities.filter(([, { type }]) => type === 'host') : []
  const sharable = {
    specific,
    templates,
    hosts,
    keys: [
      ...new Set([...(host ? [`host ${host}`] : []), ...hosts.map(([key]) => key)]),
      ...(recurs(alert) ? [`finding ${findingOf(alert)}`] : []),
      ...[...specific, ...templates].map(([key]) => key),
    ],
  }
  known.set(alert, sharable)
  return sharable
}

/** Returns the first of the entities that the other alert has too, and that counts. */
const firstShared = (
  entities: Sharable['specific'],
  other: Alert,
  counts: (entity: Entity) => boolean = () => true,
): Entity | undefined => {
  const others = entitiesOf(other)
  for (const [key, entity] of entities) if (others.has(key) && counts(entity)) return entity
  return undefined
}

/** Whether two alerts are related: both steps of an attack, both disturbances of a service, or close in time. */
const areRelated = (a: Alert, b: Alert, gap: number): boolean =>
  (attacks.includes(a.type) && attacks.includes(b.type)) ||
  (disturbances.includes(a.type) && disturbances.includes(b.type)) ||
  gap <= overlap
