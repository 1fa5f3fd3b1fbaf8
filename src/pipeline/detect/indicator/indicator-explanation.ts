import type { Hit, IndicatorIndex } from '../../../lib/indicators/indicator-index.ts'
import { percent, plural } from '../../../lib/units/number.ts'
import type { AlertType, Entity } from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { type Severity, severities } from '../../../schema/severity.ts'
import { list, type Reason } from '../shared/explanation.ts'

/** The observed activity of an indicator. Part of dedup keys. */
export type IndicatorRole = 'contacted' | 'came' | 'asked' | 'named'

/** An indicator found in an event. */
export interface Sighting {
  readonly hit: Hit
  /** The value in the event, which may lie within the indicator's range or domain. */
  readonly seen: string
  readonly role: IndicatorRole
  /** Whether the connection was refused. */
  readonly refused: boolean
}

/** Fields that may be missing in the original line, and the role of their values. */
const fields: readonly (readonly [name: string, type: 'ip' | 'domain', role: IndicatorRole])[] = [
  ['destination.ip', 'ip', 'contacted'],
  ['dns.question.name', 'domain', 'asked'],
  ['url.domain', 'domain', 'contacted'],
  ['destination.domain', 'domain', 'contacted'],
  ['source.ip', 'ip', 'came'],
]

/** Finds indicators in the fields that define a role, and in the original line. */
export const sightingsIn = (event: Event, index: IndicatorIndex, now: number): readonly Sighting[] => {
  let found: Map<string, Sighting> | undefined
  const add = (hit: Hit, seen: string, role: IndicatorRole) => {
    found ??= new Map()
    if (!found.has(hit.value)) found.set(hit.value, { hit, seen, role, refused: isRefused(event) })
  }
  for (const [name, type, role] of fields) {
    const value = event.fields[name]
    if (typeof value !== 'string') continue
    const hit = index.find({ type, value }, now)
    if (hit) add(hit, value, role)
  }
  for (const hit of index.scan(event.original, now)) add(hit, hit.value, 'named')
  return found ? [...found.values()] : none
}

const none: readonly Sighting[] = []

const isRefused = (event: Event): boolean =>
  event.fields['event.outcome'] === 'failure' ||
  /^(block|blocked|deny|denied|drop|dropped|reject|rejected|reset)\b/i.test(textField(event, 'event.action') ?? '')

const scores: Readonly<Record<Severity, number>> = { info: 0.1, low: 0.35, medium: 0.6, high: 0.85, critical: 1 }

/** Incoming contact rates lower than outgoing, because listed addresses scan the whole internet; lower still if it was refused. */
const severityOf = ({ hit, role, refused }: Sighting): Severity => {
  const milder = (role === 'came' ? 1 : 0) + (refused && role === 'came' ? 1 : 0)
  return severities[Math.max(1, hit.level - milder)] ?? 'low'
}

/** Describes a sighting. */
export const describeSighting = (sighting: Sighting, event: Event, times: number) => {
  const { hit, seen, role } = sighting
  const severity = severityOf(sighting)
  const host = textField(event, 'host.name')
  const own =
    (role === 'came' ? (host ?? textField(event, 'destination.ip')) : (textField(event, 'source.ip') ?? host)) ??
    event.source
  const known = hit.note === '' ? 'a known indicator' : hit.note
  const what = seen === hit.value ? seen : `${seen} (${hit.value})`
  const action = {
    contacted: `${own} contacted ${what}`,
    asked: `${own} looked up ${what}`,
    came: `${what} connected to ${own}`,
    named: `${what} appears in logs of ${own}`,
  }[role]
  const rating = `${severities[hit.level] ?? 'info'}, ${percent(hit.confidence)} confidence`
  return {
    type: typeOf(hit, role),
    score: (scores[severities[hit.level] ?? 'info'] ?? 0) * hit.confidence,
    severity,
    title: `${action}: ${known}`,
    sentence: `${list(hit.sources)} ${hit.sources.length === 1 ? 'lists' : 'list'} ${hit.value} as ${known} (${rating}); ${action}${times > 1 ? `, ${plural(times, 'time')} so far` : ''}.`,
    value: hit.value,
    usual: 'not listed',
    reasons: reasonsFor(sighting, known),
    entities: entitiesOf(sighting, event),
    attacker: attackerEnds[role],
    techniques: role === 'contacted' && /command.and.control|c2|botnet/i.test(hit.note) ? ['T1071'] : [],
    key: `indicator ${hit.value} ${role} ${own}`,
    learning: false,
  }
}

/** The destination of a DNS query is a resolver, not the attacker. */
const attackerEnds = { contacted: 'destination', came: 'source', asked: 'unknown', named: 'unknown' } as const

const reasonsFor = ({ hit, refused }: Sighting, known: string): readonly Reason[] => [
  { feature: 'known as', value: `${known} (${severities[hit.level] ?? 'info'})`, usual: 'not listed', pull: 0.6 },
  {
    feature: 'listed by',
    value: list(hit.sources),
    usual: 'no source',
    pull: 0.3 + 0.1 * Math.min(5, hit.sources.length),
  },
  ...(refused ? [{ feature: 'outcome', value: 'refused', usual: 'refused', pull: 0 }] : []),
]

const typeOf = ({ type, note }: Hit, role: IndicatorRole): AlertType => {
  if (/phish/i.test(note)) return 'phishing'
  if (type === 'hash' || type === 'url' || /malware|botnet|command.and.control|c2|ransom|trojan|payload/i.test(note))
    return 'malware'
  return role === 'came' ? 'unauthorized_access' : 'other'
}

const entityTypes = { ip: 'ip', domain: 'domain', url: 'url', hash: 'hash' } as const

const entitiesOf = ({ hit, seen }: Sighting, event: Event): readonly Entity[] => {
  const type = hit.type === 'email' || hit.type === 'certificate' ? undefined : entityTypes[hit.type]
  const parties = (
    [
      ['source.ip', 'ip'],
      ['destination.ip', 'ip'],
      ['host.name', 'host'],
      ['user.name', 'user'],
    ] as const
  ).flatMap(([field, kind]): Entity[] => {
    const value = textField(event, field)
    return value === undefined ? [] : [{ type: kind, value }]
  })
  // A range is no entity; the address in it is.
  return type && !seen.includes('/')
    ? [{ type, value: seen }, ...parties]
    : type === 'url'
      ? [{ type, value: seen }, ...parties]
      : parties
}
