import type { Hit, IndicatorIndex } from '../../../lib/indicators/indicator-index.ts'
import type { AlertType, Entity } from '../../../schema/detection.ts'
import { type Event, textField } from '../../../schema/event.ts'
import { type Severity, severities } from '../../../schema/severity.ts'
import { list, percent, plural, type Reason } from '../shared/explanation.ts'

/** What an indicator was seen doing. */
export type Role = 'contacted' | 'came' | 'asked' | 'named'

/** An indicator in an event: the value that was seen, and how. */
export interface Sighting {
  readonly hit: Hit
  /** The address or name itself, where the indicator is a range or a name above it. */
  readonly seen: string
  readonly role: Role
  /** Whether what it tried was refused. */
  readonly refused: boolean
}

/** Fields whose values may stand nowhere in the line as it came, and what they say of the one they name. */
const fields: readonly (readonly [name: string, type: 'ip' | 'domain', role: Role])[] = [
  ['destination.ip', 'ip', 'contacted'],
  ['dns.question.name', 'domain', 'asked'],
  ['url.domain', 'domain', 'contacted'],
  ['destination.domain', 'domain', 'contacted'],
  ['source.ip', 'ip', 'came'],
]

/** Finds the indicators of an event: in the fields that say what a value does, and in the line as it came. */
export const sightingsIn = (event: Event, index: IndicatorIndex, now: number): readonly Sighting[] => {
  let found: Map<string, Sighting> | undefined
  const add = (hit: Hit, seen: string, role: Role) => {
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

/** Whoever is on a list knocks at every door of the internet: that is milder than one of ours calling there, and milder still when refused. */
const severityOf = ({ hit, role, refused }: Sighting): Severity => {
  const milder = (role === 'came' ? 1 : 0) + (refused && role === 'came' ? 1 : 0)
  return severities[Math.max(1, hit.level - milder)] ?? 'low'
}

/** Puts a sighting into words. */
export const tellSighting = (sighting: Sighting, event: Event, times: number) => {
  const { hit, seen, role } = sighting
  const severity = severityOf(sighting)
  const host = textField(event, 'host.name')
  const own =
    (role === 'came' ? (host ?? textField(event, 'destination.ip')) : (textField(event, 'source.ip') ?? host)) ??
    event.source
  const known = hit.note === '' ? 'a known indicator' : hit.note
  const what = seen === hit.value ? seen : `${seen} (${hit.value})`
  const deed = {
    contacted: `${own} contacted ${what}`,
    asked: `${own} asked for ${what}`,
    came: `${what} came to ${own}`,
    named: `${what} occurs at ${own}`,
  }[role]
  const sure = `${severities[hit.level] ?? 'info'}, ${percent(hit.confidence)} sure`
  return {
    type: typeOf(hit, role),
    score: (scores[severities[hit.level] ?? 'info'] ?? 0) * hit.confidence,
    severity,
    title: `${deed}: ${known}`,
    sentence: `${list(hit.sources)} ${hit.sources.length === 1 ? 'knows' : 'know'} ${hit.value} as ${known} (${sure}); ${deed}${times > 1 ? `, ${plural(times, 'time')} so far` : ''}.`,
    value: hit.value,
    usual: 'on no list',
    reasons: reasonsFor(sighting, known),
    entities: entitiesOf(sighting, event),
    attacker: attackerEnds[role],
    techniques: role === 'contacted' && /command server|c2|botnet/i.test(hit.note) ? ['T1071'] : [],
    key: `indicator ${hit.value} ${role} ${own}`,
    learning: false,
  }
}

/** Of a name that was asked for, the destination is a resolver. */
const attackerEnds = { contacted: 'destination', came: 'source', asked: 'unknown', named: 'unknown' } as const

const reasonsFor = ({ hit, refused }: Sighting, known: string): readonly Reason[] => [
  { feature: 'known as', value: `${known} (${severities[hit.level] ?? 'info'})`, usual: 'on no list', pull: 0.6 },
  { feature: 'said by', value: list(hit.sources), usual: 'nobody', pull: 0.3 + 0.1 * Math.min(5, hit.sources.length) },
  ...(refused ? [{ feature: 'outcome', value: 'refused', usual: 'refused', pull: 0 }] : []),
]

const typeOf = ({ type, note }: Hit, role: Role): AlertType => {
  if (/phish/i.test(note)) return 'phishing'
  if (type === 'hash' || type === 'url' || /malware|botnet|command server|c2|ransom|trojan|payload/i.test(note))
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
  // A range is no party; the address in it is.
  return type && !seen.includes('/')
    ? [{ type, value: seen }, ...parties]
    : type === 'url'
      ? [{ type, value: seen }, ...parties]
      : parties
}
