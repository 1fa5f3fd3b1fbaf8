import { minute, week } from '../../../lib/units/time.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { binomialTail } from '../shared/score.ts'
import type { Attempt } from './attempt.ts'
import { addFailure, addLogin, type Episode, type Login, startEpisode } from './episode.ts'
import { type Listener, type LoginRules, type LoginScope, type NewLogins, slipRate } from './login-scope.ts'

/** log10 of the probability below which failures are no typing errors: one in a thousand. */
const unlikely = -3
const maxPast = 200
/** The span in which as many failures as one address needs are a burst of any addresses. */
const burstSpan = 10 * minute
const maxRecent = 200
const maxNewLogins = 10
const maxAttackers = 100

/** Adds an attempt. Reports attacks that begin here or have doubled since the last report. */
export const takeAttempt = (
  scope: LoginScope,
  event: EventSample,
  attempt: Attempt,
  rules: LoginRules,
  listener: Listener,
): void => {
  scope.newest = Math.max(scope.newest, event.time)
  scope.usedAt = scope.newest
  if (scope.newest - scope.sweptAt >= minute) sweep(scope, scope.newest, rules, listener)
  if (attempt.success) takeLogin(scope, event, attempt, rules, listener)
  else takeFailure(scope, event, attempt, rules, listener)
}

/** Ends attacks that have stopped, and reports them once more if they changed. */
export const sweep = (scope: LoginScope, now: number, rules: LoginRules, listener: Listener): void => {
  scope.sweptAt = now
  for (const episode of [...scope.episodes.values()]) {
    if (now - episode.last > rules.quiet) endEpisode(scope, episode, rules, listener)
  }
  if (scope.swarm && now - scope.swarm.last > rules.quiet) endSwarm(scope, scope.swarm, listener)
  if (scope.newLogins && now - scope.newLogins.last > rules.quiet) {
    reportNewLogins(scope, scope.newLogins, listener)
    scope.newLogins = undefined
  }
}

/** Reports again what has changed since the last report. */
export const reportAllChanges = (scope: LoginScope, listener: Listener): void => {
  for (const episode of scope.episodes.values()) reportChanges(scope, episode, listener)
  if (scope.swarm) reportChanges(scope, scope.swarm, listener)
  if (scope.newLogins) reportNewLogins(scope, scope.newLogins, listener)
}

const reportChanges = (scope: LoginScope, episode: Episode, listener: Listener): void => {
  if (!episode.reported || !episode.changed) return
  episode.changed = false
  if (episode === scope.swarm) listener.swarm(scope, episode)
  else {
    if (isAttack(episode, 1)) listener.attack(scope, episode)
    if (episode.ownCount > 0) listener.breakIn(scope, episode)
  }
}

const reportNewLogins = (scope: LoginScope, newLogins: NewLogins, listener: Listener): void => {
  if (!newLogins.changed) return
  newLogins.changed = false
  listener.newLogins(scope, newLogins)
}

const endEpisode = (scope: LoginScope, episode: Episode, rules: LoginRules, listener: Listener): void => {
  reportChanges(scope, episode, listener)
  scope.episodes.delete(episode.who)
  if (isAttack(episode, rules.failures)) {
    scope.past.push({ end: episode.last, tries: episode.tries })
    if (scope.past.length > maxPast) scope.past.shift()
  }
}

const endSwarm = (scope: LoginScope, swarm: Episode, listener: Listener): void => {
  reportChanges(scope, swarm, listener)
  scope.swarm = undefined
  scope.swarmAddresses.clear()
}

const takeFailure = (
  scope: LoginScope,
  event: EventSample,
  attempt: Attempt,
  rules: LoginRules,
  listener: Listener,
): void => {
  if (attempt.address !== undefined) scope.namesAddresses = true
  else if (scope.namesAddresses) return
  const who = attempt.address ?? `user ${attempt.user ?? ''}`
  let episode = scope.episodes.get(who)
  if (episode && (event.time - episode.last > rules.quiet || event.time - episode.start > rules.longest)) {
    endEpisode(scope, episode, rules, listener)
    episode = undefined
  }
  if (!episode) {
    episode = startEpisode(flatText(who), attempt.address !== undefined, event.time, scope.lastLogin)
    const gone = scope.episodes.set(episode.who, episode)
    if (gone) reportChanges(scope, gone.value, listener)
  }
  const more = addFailure(episode, event, attempt)
  if (more === 0) return
  if (!episode.reported && episode.tries >= episode.nextTries && isAttack(episode, rules.failures)) {
    episode.reported = isWorthReporting(scope, episode)
    // An attack that is not new is checked again after some more failures.
    episode.nextTries = episode.reported ? 0 : episode.tries + Math.ceil(episode.tries / 10)
    if (episode.reported) leaveSwarm(scope, who, rules)
  }
  if (episode.reported) reportIfDoubled(scope, episode, listener)
  else {
    noteRecent(scope, event.time, more)
    joinSwarm(scope, event, who, { ...attempt, times: more }, rules, listener)
  }
}

const isAttack = (episode: Episode, least: number): boolean =>
  episode.tries >= least && binomialTail(episode.tries, episode.tries + episode.ownCount, slipRate) <= unlikely

/**
 * Whether an attack is worth reporting: hosts on the internet are attacked every day. Small attacks must be the largest of the past week,
 * those with 20 attempts among the three largest. Those with 100 attempts are always reported.
 */
const isWorthReporting = (scope: LoginScope, { who, tries, last }: Episode): boolean => {
  if (tries >= 100) return true
  let left = tries >= 20 ? 3 : 1
  for (const attack of scope.past) if (attack.tries >= tries && last - attack.end < week && --left === 0) return false
  for (const other of scope.episodes.values())
    if (other.tries >= tries && other.who !== who && --left === 0) return false
  return true
}

/** Reports an attack at each doubling. */
const reportIfDoubled = (scope: LoginScope, episode: Episode, listener: Listener): void => {
  if (episode.tries < episode.nextTries) return
  episode.nextTries = 2 * Math.max(1, episode.tries)
  reportChanges(scope, episode, listener)
}

const joinSwarm = (
  scope: LoginScope,
  event: EventSample,
  who: string,
  attempt: Attempt,
  rules: LoginRules,
  listener: Listener,
): void => {
  const old = scope.swarm
  if (old && (event.time - old.last > rules.quiet || event.time - old.start > rules.longest))
    endSwarm(scope, old, listener)
  scope.swarm ??= startEpisode('*', true, event.time, scope.lastLogin)
  const { swarm } = scope
  // Count all kinds of lines as one, because the caller passes only lines that add attempts.
  addFailure(swarm, event, { ...attempt, action: 'any' })
  if (scope.swarmAddresses.has(who) || scope.swarmAddresses.size < rules.maxAddresses) {
    const known = scope.swarmAddresses.get(who)
    scope.swarmAddresses.set(known === undefined ? flatText(who) : who, (known ?? 0) + attempt.times)
  }
  if (!swarm.reported && isBurst(scope, event.time, rules)) {
    scope.burstAt = event.time
    swarm.reported = true
  }
  swarm.reported ||= isSwarm(scope, swarm, rules)
  if (swarm.reported) reportIfDoubled(scope, swarm, listener)
}

const isSwarm = (scope: LoginScope, swarm: Episode, rules: LoginRules): boolean =>
  scope.namesAddresses && scope.swarmAddresses.size >= rules.addresses && isAttack(swarm, 2 * rules.failures)

const noteRecent = (scope: LoginScope, time: number, times: number): void => {
  for (let i = Math.min(times, maxRecent); i > 0; i--) scope.recent.push(time)
  if (scope.recent.length > 2 * maxRecent) scope.recent.splice(0, scope.recent.length - maxRecent)
}

/**
 * Whether failures of several addresses, or of several users in a log that names no address, came too fast for people who mistype. Reports
 * one burst a week for each service, because hosts on the internet are attacked every day.
 */
const isBurst = (scope: LoginScope, time: number, { failures }: LoginRules): boolean => {
  if (scope.swarmAddresses.size < 2 || time - scope.burstAt < week) return false
  const from = time - burstSpan
  scope.recent = scope.recent.filter((at) => Math.abs(at) >= from)
  const failed = scope.recent.filter((at) => at > 0).length
  return failed >= failures && binomialTail(failed, scope.recent.length, slipRate) <= unlikely
}

/** Removes an address that is now reported alone. If too few addresses are left, the last report remains as it is. */
const leaveSwarm = (scope: LoginScope, who: string, rules: LoginRules): void => {
  const tries = scope.swarmAddresses.get(who)
  if (!scope.swarm || tries === undefined) return
  scope.swarmAddresses.delete(who)
  scope.swarm.tries -= tries
  const tally = scope.swarm.tallies.get('any')
  if (tally) tally.count -= tries
  scope.swarm.reported &&= isSwarm(scope, scope.swarm, rules)
}

const takeLogin = (
  scope: LoginScope,
  event: EventSample,
  attempt: Attempt,
  rules: LoginRules,
  listener: Listener,
): void => {
  // A local session has no address, so only failures of the same user count.
  const who = attempt.address ?? `user ${attempt.user ?? ''}`
  const login = {
    sample: keepSample(event),
    user: attempt.user && flatText(attempt.user),
    address: attempt.address && flatText(attempt.address),
  }
  const own = scope.episodes.get(who)
  if (own && event.time - own.last <= rules.quiet) {
    const first = own.ownCount === 0
    addLogin(own, login, true)
    const trials = own.tries + own.ownCount
    const suspect = own.tries >= rules.failuresBeforeSuccess && binomialTail(own.tries, trials, slipRate) <= unlikely
    if (suspect && (first || !own.reported)) {
      own.reported = true
      leaveSwarm(scope, who, rules)
      reportChanges(scope, own, listener)
    }
  }
  noteRecent(scope, -event.time, 1)
  if (scope.swarm && attempt.address !== undefined) addLogin(scope.swarm, login, scope.swarmAddresses.has(who))

  const attacks: Episode[] = []
  const isOn = (episode: Episode) => episode !== own && episode.reported && event.time - episode.last <= rules.quiet
  for (const episode of scope.episodes.values()) if (isOn(episode)) attacks.push(episode)
  if (scope.swarm && isOn(scope.swarm)) attacks.push(scope.swarm)
  for (const episode of attacks) if (episode !== scope.swarm) addLogin(episode, login, false)
  const user = attempt.user ?? ''
  const known = scope.known.get(user, who)
  if (known) known.usedAt = event.time
  else if (attempt.address !== undefined) {
    scope.known.add(user, who, event.time)
    if (attacks.length > 0 && !own?.reported) addNewLogin(scope, event, login, attacks, listener)
  }
  scope.lastLogin = login
}

/** Remembers a first-time login during attacks. */
const addNewLogin = (
  scope: LoginScope,
  event: EventSample,
  login: Login,
  attacks: readonly Episode[],
  listener: Listener,
): void => {
  scope.newLogins ??= {
    start: event.time,
    last: event.time,
    logins: [],
    count: 0,
    attackers: new Map(),
    nextCount: 1,
    changed: false,
  }
  const { newLogins } = scope
  newLogins.last = Math.max(newLogins.last, event.time)
  newLogins.count++
  newLogins.changed = true
  if (newLogins.logins.length < maxNewLogins) newLogins.logins.push(login)
  for (const { who, tries } of attacks) {
    if (newLogins.attackers.has(who) || newLogins.attackers.size < maxAttackers) newLogins.attackers.set(who, tries)
  }
  if (newLogins.count < newLogins.nextCount) return
  newLogins.nextCount = 2 * newLogins.count
  reportNewLogins(scope, newLogins, listener)
}
