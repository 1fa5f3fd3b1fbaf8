import { percent, plural } from '../../../lib/units/number.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { toEvidence } from '../shared/evidence.ts'
import { list, type Reason } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import {
  chanceOfCountry,
  countryName,
  describeCountry,
  reasonOfCountry,
  severityOfCountry,
  usualCountries,
} from './country-explanation.ts'
import type { Action, EncounterKind, FirstEncounter } from './first-encounter.ts'
import type { NewCountry } from './login-countries.ts'

const name = 'rarity'

/** Explains the first encounters of an event. */
export const explainFirsts = (
  event: Event,
  action: Action,
  firsts: readonly FirstEncounter[],
  newCountry: NewCountry | undefined,
  learning: boolean,
): Detection => {
  const { user, address, host, target } = action
  const chances = firsts.map(({ newPair }) => newPair.chance)
  const chance = Math.min(...chances, ...(newCountry ? [chanceOfCountry(newCountry)] : []))
  const service = textField(event, 'service.name')
  const did =
    target === undefined
      ? `${user} logged in${address === undefined ? '' : ` from ${address}`}`
      : `${user} acted as ${target}`
  const country = newCountry ? ` in ${countryName(newCountry.country)}` : ''
  const place = `${country}${host === undefined ? '' : ` on ${host}`}`
  const entities: Entity[] = [
    ...(address === undefined ? [] : [{ type: /^[\d.]+$|:/.test(address) ? 'ip' : 'domain', value: address } as const]),
    { type: 'user', value: user },
    ...(host === undefined ? [] : [{ type: 'host', value: host } as const]),
    ...(service === undefined ? [] : [{ type: 'service', value: service } as const]),
  ]
  return toDetection({
    detector: name,
    type: newCountry ? 'unauthorized_access' : 'anomaly',
    source: event.source,
    stream: event.stream,
    subject: `${user} ${address ?? ''} ${target ?? ''}`,
    start: event.time,
    from: event.time,
    to: event.time,
    score: toScore(chance),
    severity: newCountry ? severityOfCountry(newCountry) : firsts.length > 1 || target !== undefined ? 'low' : 'info',
    title: `First time: ${did}${place}`,
    sentence: `${did}${place}. ${[...(newCountry ? [describeCountry(user, newCountry)] : []), ...firsts.map(describeFirst)].join(' ')}`,
    value: newCountry ? `first login from ${countryName(newCountry.country)}` : 'first seen',
    usual: newCountry ? usualCountries(newCountry) : firsts.map(usualOf).join('; '),
    reasons: [...(newCountry ? [reasonOfCountry(newCountry)] : []), ...firsts.map(reasonOf)],
    evidence: [toEvidence(event, target === undefined ? 'the login that succeeded' : 'the privileged action')],
    events: 1,
    entities,
    // Whether the source is an attacker is a question to its owner, not a fact.
    ...((!newCountry || severityOfCountry(newCountry) === 'low') && { attacker: 'unknown' }),
    techniques: target === undefined ? ['T1078'] : ['T1548'],
    key: `first time ${did}${place}`,
    learning,
  })
}

const describeFirst = ({ kind, one, other, newPair: { count, others } }: FirstEncounter): string => {
  switch (kind) {
    case 'user':
      return `${other} is new in ${plural(count, 'earlier login')} by ${plural(others, 'user')}.`
    case 'address':
      return `${one} was seen in ${plural(count, 'earlier login')}, from ${plural(others, 'other address', 'other addresses')}.`
    case 'host':
      return `${one} was seen in ${plural(count, 'earlier login')}, on ${plural(others, 'other host')}.`
    case 'reach':
      return `${one} was reached in ${plural(count, 'earlier login')}, from ${plural(others, 'other address', 'other addresses')}.`
    case 'rights':
      return `This is new in ${plural(count, 'earlier privileged action')} of ${plural(others, 'kind')}.`
  }
}

const usualOf = ({ kind, newPair: { others, chance } }: FirstEncounter): string => {
  const [one, many] = nouns[kind]
  return `${others === 1 ? `the known ${one}` : plural(others, `known ${one}`, `known ${many}`)} (${percent(1 - chance)})`
}

const nouns: Readonly<Record<EncounterKind, readonly [string, string]>> = {
  user: ['user', 'users'],
  address: ['address', 'addresses'],
  host: ['host', 'hosts'],
  reach: ['address', 'addresses'],
  rights: ['user with such rights', 'users with such rights'],
}

const features: Readonly<Record<EncounterKind, string>> = {
  user: 'user never seen',
  address: 'address never used by this user',
  host: 'host never used by this user',
  reach: 'address never seen at this host',
  rights: 'rights never used by this user',
}

const reasonOf = (first: FirstEncounter): Reason => ({
  feature: features[first.kind],
  value: list([first.other]),
  usual: usualOf(first),
  pull: -Math.log10(first.newPair.chance),
})
