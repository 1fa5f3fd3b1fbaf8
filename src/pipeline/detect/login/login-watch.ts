import type { Event } from '../../../schema/event.ts'
import { addFailure, addLogin, type Episode, type Login, startEpisode } from '../shared/episode.ts'
import { keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { binomialTail } from '../shared/score.ts'
import type { Attempt } from './attempt.ts'
import { type Guests, type Listener, type LoginRules, type LoginScope, slipRate } from './login-scope.ts'

/** From here on, failures cannot be slips: one in a thousand. */
const unlikely = -3
const minute = 60_000
const week = 7 * 24 * 60 * minute
const maxPast = 200
const maxGuests = 10
const maxAttackers = 100

/** Takes an attempt in, and tells what has become a story or has grown to twice what was told. */
export const takeAttempt = (
  scope: LoginScope,
  event: Event,
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

/** Ends what has come to rest, telling it once more when there is something left to tell. */
export const sweep = (scope: LoginScope, now: number, rules: LoginRules, listener: Listener): void => {
  scope.sweptAt = now
  for (const episode of [...scope.episodes.values()]) {
    if (now - episode.last > rules.quiet) endEpisode(scope, episode, rules, listener)
  }
  if (scope.many && now - scope.many.last > rules.quiet) endMany(scope, scope.many, listener)
  if (scope.guests && now - scope.guests.last > rules.quiet) {
    retellGuests(scope, scope.guests, listener)
    scope.guests = undefined
  }
}

/** Tells again what has changed since it was told. */
export const retellAll = (scope: LoginScope, listener: Listener): void => {
  for (const episode of scope.episodes.values()) retell(scope, episode, listener)
  if (scope.many) retell(scope, scope.many, listener)
  if (scope.guests) retellGuests(scope, scope.guests, listener)
}

const retell = (scope: LoginScope, episode: Episode, listener: Listener): void => {
  if (!episode.reported || !episode.changed) return
  episode.changed = false
  if (episode === scope.many) listener.swarm(scope, episode)
  else {
    if (isAttack(episode, 1)) listener.attack(scope, episode)
    if (episode.ownCount > 0) listener.breakIn(scope, episode)
  }
}

const retellGuests = (scope: LoginScope, guests: Guests, listener: Listener): void => {
  if (!guests.changed) return
  guests.changed = false
  listener.guests(scope, guests)
}

const endEpisode = (scope: LoginScope, episode: Episode, rules: LoginRules, listener: Listener): void => {
  retell(scope, episode, listener)
  scope.episodes.delete(episode.who)
  if (isAttack(episode, rules.failures)) {
    scope.past.push({ end: episode.last, tries: episode.tries })
    if (scope.past.length > maxPast) scope.past.shift()
  }
}

const endMany = (scope: LoginScope, many: Episode, listener: Listener): void => {
  retell(scope, many, listener)
  scope.many = undefined
  scope.manyAddresses.clear()
}

const takeFailure = (
  scope: LoginScope,
  event: Event,
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
    if (gone) retell(scope, gone.value, listener)
  }
  const more = addFailure(episode, event, attempt)
  if (more === 0) return
  if (!episode.reported && episode.tries >= episode.nextTries && isAttack(episode, rules.failures)) {
    episode.reported = isNews(scope, episode)
    // Whoever is no news is asked about again when there are some more.
    episode.nextTries = episode.reported ? 0 : episode.tries + Math.ceil(episode.tries / 10)
    if (episode.reported) leaveMany(scope, who, rules)
  }
  if (episode.reported) grow(scope, episode, listener)
  else if (attempt.address !== undefined) joinMany(scope, event, { ...attempt, times: more }, rules, listener)
}

const isAttack = (episode: Episode, least: number): boolean =>
  episode.tries >= least && binomialTail(episode.tries, episode.tries + episode.ownCount, slipRate) <= unlikely

/**
 * A host on the internet is knocked at every day. An attack is news when it is among the largest of the past week: a few failures when
 * there was nothing like it, more when there were less than three, and very many always.
 */
const isNews = (scope: LoginScope, { who, tries, last }: Episode): boolean => {
  if (tries >= 100) return true
  const alike =
    scope.past.filter((attack) => attack.tries >= tries && last - attack.end < week).length +
    [...scope.episodes.values()].filter((other) => other.who !== who && other.tries >= tries).length
  return alike < (tries >= 20 ? 3 : 1)
}

/** Tells at each doubling: an attack that goes on is one story, not one per line. */
const grow = (scope: LoginScope, episode: Episode, listener: Listener): void => {
  if (episode.tries < episode.nextTries) return
  episode.nextTries = 2 * Math.max(1, episode.tries)
  retell(scope, episode, listener)
}

const joinMany = (scope: LoginScope, event: Event, attempt: Attempt, rules: LoginRules, listener: Listener): void => {
  const old = scope.many
  if (old && (event.time - old.last > rules.quiet || event.time - old.start > rules.longest))
    endMany(scope, old, listener)
  scope.many ??= startEpisode('*', true, event.time, scope.lastLogin)
  const { many } = scope
  // All kinds of lines are one here: only those arrive that tell of another try.
  addFailure(many, event, { ...attempt, action: 'any' })
  const address = attempt.address ?? ''
  if (scope.manyAddresses.has(address) || scope.manyAddresses.size < rules.maxAddresses) {
    const known = scope.manyAddresses.get(address)
    scope.manyAddresses.set(known === undefined ? flatText(address) : address, (known ?? 0) + attempt.times)
  }
  many.reported ||= areMany(scope, many, rules)
  if (many.reported) grow(scope, many, listener)
}

const areMany = (scope: LoginScope, many: Episode, rules: LoginRules): boolean =>
  scope.manyAddresses.size >= rules.addresses && isAttack(many, 2 * rules.failures)

/** An address that has a story of its own is no longer one of many. When too few are left, what was told of them stands as it was. */
const leaveMany = (scope: LoginScope, who: string, rules: LoginRules): void => {
  const tries = scope.manyAddresses.get(who)
  if (!scope.many || tries === undefined) return
  scope.manyAddresses.delete(who)
  scope.many.tries -= tries
  const tally = scope.many.tallies.get('any')
  if (tally) tally.count -= tries
  scope.many.reported &&= areMany(scope, scope.many, rules)
}

const takeLogin = (scope: LoginScope, event: Event, attempt: Attempt, rules: LoginRules, listener: Listener): void => {
  // A session opened "by root" is no login over the network; without an address only the same user's failures count.
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
      leaveMany(scope, who, rules)
      retell(scope, own, listener)
    }
  }
  if (scope.many && attempt.address !== undefined) addLogin(scope.many, login, scope.manyAddresses.has(who))

  const attacks: Episode[] = []
  const isOn = (episode: Episode) => episode !== own && episode.reported && event.time - episode.last <= rules.quiet
  for (const episode of scope.episodes.values()) if (isOn(episode)) attacks.push(episode)
  if (scope.many && isOn(scope.many)) attacks.push(scope.many)
  for (const episode of attacks) if (episode !== scope.many) addLogin(episode, login, false)
  const user = attempt.user ?? ''
  const known = scope.known.get(user, who)
  if (known) known.usedAt = event.time
  else if (attempt.address !== undefined) {
    scope.known.add(user, who, event.time)
    if (attacks.length > 0 && !own?.reported) welcome(scope, event, login, attacks, listener)
  }
  scope.lastLogin = login
}

/** Notes somebody new who got in while others were knocking. */
const welcome = (
  scope: LoginScope,
  event: Event,
  login: Login,
  attacks: readonly Episode[],
  listener: Listener,
): void => {
  scope.guests ??= {
    start: event.time,
    last: event.time,
    logins: [],
    count: 0,
    attackers: new Map(),
    nextCount: 1,
    changed: false,
  }
  const { guests } = scope
  guests.last = Math.max(guests.last, event.time)
  guests.count++
  guests.changed = true
  if (guests.logins.length < maxGuests) guests.logins.push(login)
  for (const { who, tries } of attacks) {
    if (guests.attackers.has(who) || guests.attackers.size < maxAttackers) guests.attackers.set(who, tries)
  }
  if (guests.count < guests.nextCount) return
  guests.nextCount = 2 * guests.count
  retellGuests(scope, guests, listener)
}
