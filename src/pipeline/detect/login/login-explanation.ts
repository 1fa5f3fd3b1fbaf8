import { duration } from '../../../lib/units/duration.ts'
import { plural } from '../../../lib/units/number.ts'
import { hour } from '../../../lib/units/time.ts'
import type { Detection, Entity, Evidence } from '../../../schema/detection/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toEvidence } from '../shared/evidence.ts'
import { list, type Reason } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { binomialTail, logToScore } from '../shared/score.ts'
import { countEpisodeLines, type Episode, type Login, leadTally, usersByTries } from './episode.ts'
import { type LoginScope, type NewLogins, slipRate, swarmTail } from './login-scope.ts'

const detector = 'sequence'
const usual = '0–3 before a login succeeds'

/** Builds the detection of many failures from one address, or of one user if the logs name no address. */
export const explainAttack = (scope: LoginScope, episode: Episode): Detection => {
  const { tries, ownCount, otherCount, who } = episode
  const users = usersByTries(episode.users)
  const score = logToScore(binomialTail(tries, tries + ownCount, slipRate))
  const failed = plural(tries, 'failed login')
  const got =
    ownCount > 0
      ? `${plural(ownCount, 'login')} from it succeeded.`
      : otherCount > 0
        ? `None from it succeeded; ${plural(otherCount, 'login')} from elsewhere did.`
        : 'None of them succeeded.'
  const subject = episode.byAddress ? `from ${who}` : `as ${users[0] ?? 'an unnamed user'}`
  const isSpray = users.length >= 10 && tries / users.length < 4
  return toDetection({
    detector,
    type: 'brute_force',
    ...scoped(scope, `attack ${who}`, episode),
    score,
    severity: severityOf(tries, 20, 100),
    title: `${failed}${isSpray ? ` as ${plural(users.length, 'user')}` : ''} ${subject}`,
    sentence: `${failed} to ${placeOf(scope)} ${subject}${episode.byAddress ? asUsers(users) : ''} ${inSpan(episode)}. Users who know their password fail 0–3 times before they log in. ${got}`,
    value: failed,
    usual,
    reasons: [triesReason(tries), ...usersReason(users.length)],
    evidence: [...failures(episode), ...logins(episode)],
    events: countEpisodeLines(episode),
    entities: entitiesOf(scope, episode.byAddress ? [who] : [], users),
    ...(episode.byAddress && { sources: [[who, countEpisodeLines(episode)]] as const }),
    techniques: [isSpray ? 'T1110.003' : 'T1110.001'],
    key: `failed logins ${subject} at ${scope.stream}`,
  })
}

/** Builds the detection of a few failures each from several addresses, or of several users if the log names no address. */
export const explainSwarm = (scope: LoginScope, episode: Episode): Detection => {
  const { tries, ownCount } = episode
  const users = usersByTries(episode.users)
  const ranked = scope.namesAddresses ? [...scope.swarmAddresses].sort((a, b) => b[1] - a[1]) : []
  const addresses = ranked.map(([who]) => who)
  const failed = plural(tries, 'failed login')
  const sources = plural(addresses.length, 'address', 'addresses')
  const [title, sentence] = scope.namesAddresses
    ? [
        `${failed} from ${sources} that tried a few times each`,
        `${failed} to ${placeOf(scope)} from ${sources}${asUsers(users)} ${inSpan(episode)}, too few from each to be reported alone.`,
      ]
    : [
        `${failed} as ${plural(users.length, 'user')}`,
        `${failed} to ${placeOf(scope)}${asUsers(users)} ${inSpan(episode)}. The log does not name their addresses.`,
      ]
  const got =
    ownCount > 0
      ? ` ${plural(ownCount, 'login')} from ${scope.namesAddresses ? 'these addresses' : 'these users'} succeeded.`
      : ''
  return toDetection({
    detector,
    type: 'brute_force',
    ...scoped(scope, 'attack of many', episode),
    score: logToScore(swarmTail(episode)),
    severity: severityOf(tries, 40, 200),
    title,
    sentence: `${sentence} Users who know their password fail 0–3 times before they log in.${got}`,
    value: failed,
    usual,
    reasons: [
      triesReason(tries),
      ...(scope.namesAddresses
        ? [
            {
              feature: 'addresses that failed',
              value: String(addresses.length),
              usual: '0–3',
              pull: Math.log2(1 + addresses.length),
            },
          ]
        : []),
      ...usersReason(users.length),
    ],
    evidence: [...failures(episode), ...logins(episode)],
    events: countEpisodeLines(episode),
    entities: entitiesOf(scope, addresses.slice(0, 10), users),
    ...(scope.namesAddresses && { sources: ranked }),
    techniques: [users.length >= 10 && tries / users.length < 4 ? 'T1110.003' : 'T1110.001'],
    key: `failed logins from many addresses at ${scope.stream}`,
  })
}

/** Builds the detection of successful logins after many failures from the same address. */
export const explainBreakIn = (scope: LoginScope, episode: Episode): Detection => {
  const { tries, ownCount, own, who } = episode
  const users = usersByTries(episode.users)
  const names = [...new Set(own.flatMap(({ user }) => user ?? []))]
  const failed = plural(tries, 'failed login')
  const name = names[0] ?? 'Somebody'
  const certain = tries >= 20 || (tries >= 10 && users.length >= 3)
  const severity: Severity = certain ? 'critical' : tries >= 10 ? 'high' : 'medium'
  const where = episode.byAddress ? ` from ${who}` : ''
  return toDetection({
    detector,
    type: 'unauthorized_access',
    ...scoped(scope, `login after attack ${who}`, episode),
    score: logToScore(binomialTail(tries, tries + ownCount, slipRate)),
    severity,
    title: `${name} logged in${where} after ${failed}`,
    sentence: `${list(names.length > 0 ? names : ['Somebody'])} logged in to ${placeOf(scope)}${where} after ${failed}${episode.byAddress ? ' from the same address' : ''}${asUsers(users)}. Users who know their password fail 0–3 times before they log in, so this one was probably guessed.`,
    value: `${failed}, then ${plural(ownCount, 'login')}`,
    usual,
    reasons: [
      triesReason(tries),
      {
        feature: 'logins after the failures',
        value: String(ownCount),
        usual: 'none after so many failures',
        pull: Math.log2(1 + tries),
      },
      ...usersReason(users.length),
    ],
    evidence: [...failures(episode), ...logins(episode)],
    events: countEpisodeLines(episode),
    entities: entitiesOf(scope, episode.byAddress ? [who] : [], [...names, ...users]),
    ...(episode.byAddress && { sources: [[who, countEpisodeLines(episode)]] as const }),
    techniques: ['T1078', 'T1110'],
    key: `login after failures${where || ` as ${name}`} at ${scope.stream}`,
  })
}

/** Builds the detection of first-time logins during an attack, and states how little they prove. */
export const explainNewLogins = (scope: LoginScope, newLogins: NewLogins): Detection => {
  const attackers = [...newLogins.attackers].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const tries = attackers.reduce((sum, [, each]) => sum + each, 0)
  const names = [...new Set(newLogins.logins.flatMap(({ user }) => user ?? []))]
  const addresses = [...new Set(newLogins.logins.flatMap(({ address }) => address ?? []))]
  const only = newLogins.count === 1
  const failed = plural(tries, 'failed login')
  const what = only
    ? `${names[0] ?? 'Somebody'} logged in from ${addresses[0] ?? 'an unnamed address'}`
    : `${plural(newLogins.count, 'first-time login')} (${list(names)})`
  return toDetection({
    detector,
    type: 'unauthorized_access',
    source: scope.source,
    stream: scope.stream,
    subject: 'logins during attack',
    start: newLogins.start,
    from: newLogins.start,
    to: newLogins.last,
    // A coincidence in time is weak evidence: as unusual as one in a thousand.
    score: logToScore(-3),
    severity: 'medium',
    title: `${what} during an attack`,
    sentence: `${what} at ${placeOf(scope)} during, or within an hour after, ${plural(tries, 'failed login')} from ${attackers.length === 1 ? 'another address' : plural(attackers.length, 'other address', 'other addresses')}. ${only ? 'This is the only successful login, and the first of its kind' : 'All of them are the first of their kind'} here. Only the time links ${only ? 'it' : 'them'} to the attack, so check whether ${only ? 'it was' : 'they were'} expected.`,
    value: plural(newLogins.count, 'login'),
    usual: 'no first-time login during an attack',
    reasons: [
      { feature: 'failed logins by others at the time', value: failed, usual: '0–3', pull: 1 },
      {
        feature: 'user and address together',
        value: only ? 'first seen' : `${newLogins.count} first seen`,
        usual: 'seen before',
        pull: 1,
      },
    ],
    evidence: newLogins.logins.map(({ sample }) =>
      toEvidence(sample, only ? 'the only login that succeeded' : 'a login that succeeded'),
    ),
    events: newLogins.count,
    entities: entitiesOf(scope, addresses, names),
    // Only the time links these logins to the attack.
    attacker: 'unknown',
    techniques: ['T1078'],
    key: `logins during an attack at ${scope.stream}`,
    learning: false,
  })
}

const scoped = (scope: LoginScope, subject: string, { start, last, own, others }: Episode) => ({
  source: scope.source,
  stream: scope.stream,
  subject,
  start,
  from: start,
  // A login that follows the failures is part of the attack.
  to: Math.max(last, ...[...own, ...others].map(({ sample }) => sample.time)),
  learning: false,
})

const severityOf = (tries: number, medium: number, high: number): Severity =>
  tries >= high ? 'high' : tries >= medium ? 'medium' : 'low'

const placeOf = ({ service, host, source }: LoginScope): string =>
  service && host ? `${service} on ${host}` : (service ?? host ?? source)

const inSpan = ({ start, last }: Episode): string =>
  last - start < 1000 ? 'within a second' : `within ${duration(last - start)}`

const asUsers = (users: readonly string[]): string =>
  users.length === 0
    ? ''
    : users.length <= 3
      ? ` as ${list(users)}`
      : ` as ${plural(users.length, 'user')} (${list(users)})`

const triesReason = (tries: number): Reason => ({
  feature: 'failed logins',
  value: String(tries),
  usual: '0–3',
  pull: Math.log2(1 + tries),
})

const usersReason = (users: number): Reason[] =>
  users < 2 ? [] : [{ feature: 'user names tried', value: String(users), usual: '1', pull: Math.log2(users) }]

const failures = (episode: Episode): Evidence[] => {
  const tally = leadTally(episode)
  if (!tally) return []
  const peak = tally.peak > 1 ? [toEvidence(tally.peakFirst, `the busiest minute begins: ${tally.peak} failures`)] : []
  return [
    ...tally.firsts.map((sample, i) => toEvidence(sample, i === 0 ? 'the first failure' : undefined)),
    ...peak.filter(({ event_id }) => !tally.firsts.some(({ id }) => id === event_id)),
    ...(tally.firsts.some(({ id }) => id === tally.last.id) ? [] : [toEvidence(tally.last, 'the last failure')]),
  ]
}

const logins = ({ own, others, ownCount, otherCount, before, start }: Episode): Evidence[] => {
  const role = (count: number) => (count === 1 ? 'the only login that succeeded' : 'a login that succeeded')
  const earlier = before && start - before.sample.time <= 6 * hour ? [before] : []
  return [
    ...own.map(({ sample }) => toEvidence(sample, 'the login that succeeded')),
    ...others.map(({ sample }) => toEvidence(sample, `${role(ownCount + otherCount)}, from elsewhere`)),
    ...earlier.map(({ sample }: Login) => toEvidence(sample, 'the last login that succeeded before')),
  ]
}

const entitiesOf = (scope: LoginScope, addresses: readonly string[], users: readonly string[]): Entity[] => [
  ...addresses.map((value): Entity => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'domain', value })),
  ...users.slice(0, 5).map((value): Entity => ({ type: 'user', value })),
  ...(scope.host ? [{ type: 'host', value: scope.host } as const] : []),
  ...(scope.service ? [{ type: 'service', value: scope.service } as const] : []),
]
