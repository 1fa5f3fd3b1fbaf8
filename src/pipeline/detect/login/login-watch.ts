import { day, minute, week } from '../../../lib/units/time.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { binomialTail } from '../shared/score.ts'
import type { Attempt } from './attempt.ts'
import { addFailure, addLogin, type Episode, joinEpisode, type Login, startEpisode } from './episode.ts'
import { type Listener, type LoginRules, type LoginScope, type NewLogins, slipRate, swarmTail } from './login-scope.ts'

/** log10 of the probability below which failures are no typing errors: one in a thousand. */
const unlikely = -3
const maxPast = 200
/** How long without a failure until an address no longer guesses slowly. */
const slowQuiet = day
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
  for (const episode of scope.episodes.values()) {
    if (now - episode.last > rules.quiet) endEpisode(scope, episode, rules, listener)
  }
  for (const episode of scope.slow.values()) if (now - episode.last > slowQuiet) endSlow(scope, episode, listener)
  if (scope.swarm && now - scope.swarm.last > rules.quiet) endSwarm(scope, scope.swarm, listener)
  if (scope.newLogins && now - scope.newLogins.last > rules.quiet) {
    reportNewLogins(scope, scope.newLogins, listener)
    scope.newLogins = undefined
  }
}

/** Reports again what has changed since the last report. */
export const reportAllChanges = (scope: LoginScope, listener: Listener): void => {
  for (const episode of scope.episodes.values()) reportChanges(scope, episode, listener)
  for (const episode of scope.slow.values()) reportChanges(scope, episode, listener)
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
  if (episode.reported) scope.attacks = undefined
  if (isAttack(episode, rules.failures)) {
    scope.past.push({ end: episode.last, tries: episode.tries })
    if (scope.past.length > maxPast) scope.past.shift()
  }
  if (!episode.reported) joinSlow(scope, episode, rules, listener)
}

/**
 * Adds an episode that ended without a report to those of its address, which may try a user every few hours. Only many users are a slow attack:
 * a program with an old password fails for months.
 */
const joinSlow = (scope: LoginScope, episode: Episode, rules: LoginRules, listener: Listener): void => {
  // A server that checks passwords for others shows none of the logins that succeed.
  if (!episode.byAddress || episode.users.size === 0 || episode.tallies.has('credential_check')) return
  let slow = scope.slow.get(episode.who)
  if (slow && (episode.start - slow.last > slowQuiet || episode.last - slow.start > week)) {
    endSlow(scope, slow, listener)
    slow = undefined
  }
  if (!slow) {
    const gone = scope.slow.set(episode.who, episode)
    if (gone) reportChanges(scope, gone.value, listener)
    return
  }
  joinEpisode(slow, episode)
  if (!slow.reported && slow.users.size >= rules.failures && isAttack(slow, rules.failures))
    slow.reported = isWorthReporting(scope, slow)
  if (slow.reported) reportIfDoubled(scope, slow, listener)
}

const endSlow = (scope: LoginScope, slow: Episode, listener: Listener): void => {
  reportChanges(scope, slow, listener)
  scope.slow.delete(slow.who)
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
  if (attempt.counts === 'together') {
    if (!episode?.reported) joinSwarm(scope, event, who, attempt, attempt.times, rules, listener)
    return
  }
  if (episode && (event.time - episode.last > rules.quiet || event.time - episode.start > rules.longest)) {
    endEpisode(scope, episode, rules, listener)
    episode = undefined
  }
  if (!episode) {
    episode = startEpisode(flatText(who), attempt.address !== undefined, event.time, scope.lastLogin)
    const gone = scope.episodes.set(episode.who, episode)
    if (gone) {
      // The map may have moved another episode, too.
      scope.attacks = undefined
      reportChanges(scope, gone.value, listener)
    }
  }
  const more = addFailure(episode, event, attempt)
  if (more === 0) return
  if (!episode.reported && episode.tries >= episode.nextTries && isAttack(episode, rules.failures)) {
    episode.reported = isWorthReporting(scope, episode)
    // An attack that is not new is checked again after some more failures.
    episode.nextTries = episode.reported ? 0 : episode.tries + Math.ceil(episode.tries / 10)
    if (episode.reported) {
      scope.attacks = undefined
      leaveSwarm(scope, who, rules)
    }
  }
  if (episode.reported) reportIfDoubled(scope, episode, listener)
  else if (attempt.counts !== 'alone') {
    noteRecent(scope, event.time, more)
    joinSwarm(scope, event, who, attempt, more, rules, listener)
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
  times: number,
  rules: LoginRules,
  listener: Listener,
): void => {
  const old = scope.swarm
  if (old && (event.time - old.last > rules.quiet || event.time - old.start > rules.longest))
    endSwarm(scope, old, listener)
  scope.swarm ??= startEpisode('*', true, event.time, scope.lastLogin)
  const { swarm } = scope
  // Count all kinds of lines as one, because the caller passes only lines that add attempts.
  addFailure(swarm, event, attempt, 'any', times)
  const known = scope.swarmAddresses.get(who)
  if (known !== undefined || scope.swarmAddresses.size < rules.maxAddresses) {
    scope.swarmAddresses.set(known === undefined ? flatText(who) : who, (known ?? 0) + times)
  }
  if (!swarm.reported && isBurst(scope, event.time, rules)) {
    scope.burstAt = event.time
    swarm.reported = true
  }
  swarm.reported ||= isSwarm(scope, swarm, rules)
  if (swarm.reported) reportIfDoubled(scope, swarm, listener)
}

const isSwarm = (scope: LoginScope, swarm: Episode, rules: LoginRules): boolean =>
  scope.namesAddresses &&
  scope.swarmAddresses.size >= rules.addresses &&
  swarm.tries >= 2 * rules.failures &&
  swarmTail(swarm) <= unlikely

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
  if (attempt.counts === 'together') {
    if (scope.swarm) addLogin(scope.swarm, login, scope.swarmAddresses.has(who))
    return
  }
  const own = scope.episodes.get(who)
  if (own && event.time - own.last <= rules.quiet) {
    const first = own.ownCount === 0
    addLogin(own, login, true)
    if (areGuesses(own, own.ownCount, rules) && (first || !own.reported)) {
      own.reported = true
      scope.attacks = undefined
      leaveSwarm(scope, who, rules)
      reportChanges(scope, own, listener)
    }
  }
  const slow = scope.slow.get(who)
  if (slow && event.time - slow.last <= slowQuiet && (!own || event.time - own.last > rules.quiet)) {
    const first = slow.ownCount === 0
    addLogin(slow, login, true)
    if (first) reportChanges(scope, slow, listener)
  }
  if (attempt.counts !== 'alone') noteRecent(scope, -event.time, 1)
  if (scope.swarm && attempt.address !== undefined && attempt.counts !== 'alone')
    addLogin(scope.swarm, login, scope.swarmAddresses.has(who))

  const isOn = (episode: Episode) => episode !== own && event.time - episode.last <= rules.quiet
  const attacks = attacksIn(scope).filter(isOn)
  if (scope.swarm?.reported && isOn(scope.swarm)) attacks.push(scope.swarm)
  const user = attempt.user ?? ''
  // Without a name, each visitor of a web site is one from elsewhere, and a first one.
  const isNamed = user !== ''
  if (isNamed) for (const episode of attacks) if (episode !== scope.swarm) addLogin(episode, login, false)
  const known = scope.known.get(user, who)
  if (known) known.usedAt = event.time
  else if (attempt.address !== undefined) {
    scope.known.add(user, who, event.time)
    if (isNamed && attacks.length > 0 && !own?.reported) addNewLogin(scope, event, login, attacks, listener)
  }
  if (isNamed) scope.lastLogin = login
}

const attacksIn = (scope: LoginScope): readonly Episode[] => {
  if (scope.attacks) return scope.attacks
  const attacks: Episode[] = []
  for (const episode of scope.episodes.values()) if (episode.reported) attacks.push(episode)
  scope.attacks = attacks
  return attacks
}

/** A client that so many users come from is a server that checks their passwords, or that they work on together. */
const sharedBy = 3

/**
 * Adds a password that was accepted for a client. It ends guesses only where nobody else can have written it: a server that checks passwords
 * for all sends those of attackers and those of its users, and a computer with the old password of a program has other users too.
 */
export const takeAcceptedPassword = (
  scope: LoginScope,
  event: EventSample,
  { user = '', address = '' }: Attempt,
  rules: LoginRules,
  listener: Listener,
): void => {
  scope.newest = Math.max(scope.newest, event.time)
  scope.usedAt = scope.newest
  const known = scope.known.get(user, address)
  const own = scope.episodes.get(address)
  if (own && !known && event.time - own.last <= rules.quiet && isGuess(scope, own, user, rules)) {
    addLogin(own, { sample: keepSample(event), user: flatText(user), address: flatText(address) }, true)
    own.reported = true
    scope.attacks = undefined
    leaveSwarm(scope, address, rules)
    reportChanges(scope, own, listener)
  }
  if (known) known.usedAt = event.time
  else scope.known.add(user, address, event.time)
}

/** Whether so many failures beside some logins are too many for a user who knows the password. */
const areGuesses = ({ tries }: Episode, logins: number, { failuresBeforeSuccess }: LoginRules): boolean =>
  tries >= failuresBeforeSuccess && binomialTail(tries, tries + logins, slipRate) <= unlikely

const isGuess = (scope: LoginScope, own: Episode, user: string, rules: LoginRules): boolean =>
  areGuesses(own, own.ownCount + 1, rules) &&
  (own.users.has(user) || own.users.size >= sharedBy) &&
  (own.ownCount > 0 || scope.known.countOf(own.who) < sharedBy)

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
