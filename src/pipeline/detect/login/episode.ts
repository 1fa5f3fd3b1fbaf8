import type { EventSample } from '../shared/evidence.ts'
import { keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import type { Attempt } from './attempt.ts'
import { countLine, joinTally, type LineTally, startTally } from './tally.ts'

const maxActions = 8
const maxUsers = 200
const maxLogins = 10

/** A successful login. */
export interface Login {
  readonly sample: EventSample
  readonly user: string | undefined
  readonly address: string | undefined
}

/** A run of failed logins from one address at one service of one host; by user if the logs name no address. */
export interface Episode {
  readonly who: string
  readonly byAddress: boolean
  readonly start: number
  last: number
  /** Counts by kind of line, because one attempt can produce several kinds. */
  readonly tallies: Map<string, LineTally>
  /** The number of attempts, according to the leading kind of line. */
  tries: number
  readonly users: Map<string, number>
  /** Logins from the same address. */
  readonly own: Login[]
  ownCount: number
  /** Logins from other addresses during the episode or within the hour after. */
  readonly others: Login[]
  otherCount: number
  /** The last login before the episode. */
  readonly before: Login | undefined
  reported: boolean
  /** The number of attempts at which to report the episode again. */
  nextTries: number
  /** Whether anything happened since the last report. */
  changed: boolean
  usedAt: number
}

export const startEpisode = (who: string, byAddress: boolean, time: number, before: Login | undefined): Episode => ({
  who,
  byAddress,
  start: time,
  last: time,
  tallies: new Map(),
  tries: 0,
  users: new Map(),
  own: [],
  ownCount: 0,
  others: [],
  otherCount: 0,
  before,
  reported: false,
  nextTries: 0,
  changed: false,
  usedAt: time,
})

/** Adds a failure, perhaps as one of another kind or as fewer attempts. Returns how many attempts it added. */
export const addFailure = (
  episode: Episode,
  event: EventSample,
  attempt: Attempt,
  action = attempt.action,
  times = attempt.times,
): number => {
  const { user, lines, until = event.time } = attempt
  let tally = episode.tallies.get(action)
  if (!tally && episode.tallies.size < maxActions) {
    tally = startTally(keepSample(event))
    episode.tallies.set(flatText(action), tally)
  }
  if (tally) countLine(tally, event, times, lines)
  episode.last = Math.max(episode.last, until)
  episode.usedAt = episode.last
  episode.changed = true
  const known = user === undefined ? undefined : episode.users.get(user)
  if (user !== undefined && (known !== undefined || episode.users.size < maxUsers)) {
    episode.users.set(known === undefined ? flatText(user) : user, (known ?? 0) + times)
  }
  const before = episode.tries
  // Most episodes have one kind of line.
  episode.tries = (episode.tallies.size === 1 ? tally : leadTally(episode))?.count ?? 0
  return Math.max(0, episode.tries - before)
}

/** Adds a later episode of the same address. */
export const joinEpisode = (episode: Episode, later: Episode): void => {
  for (const [action, tally] of later.tallies) {
    const known = episode.tallies.get(action)
    if (known) joinTally(known, tally)
    else if (episode.tallies.size < maxActions) episode.tallies.set(action, tally)
  }
  for (const [user, tries] of later.users) {
    const known = episode.users.get(user)
    if (known !== undefined || episode.users.size < maxUsers) episode.users.set(user, (known ?? 0) + tries)
  }
  episode.own.push(...later.own.slice(0, Math.max(0, maxLogins - episode.own.length)))
  episode.ownCount += later.ownCount
  episode.last = Math.max(episode.last, later.last)
  episode.usedAt = episode.last
  episode.tries = leadTally(episode)?.count ?? 0
  episode.changed = true
}

/** Adds a successful login, from the same address or another one. */
export const addLogin = (episode: Episode, login: Login, own: boolean): void => {
  const logins = own ? episode.own : episode.others
  if (logins.length < maxLogins) logins.push(login)
  if (own) episode.ownCount++
  else episode.otherCount++
  episode.changed = true
}

/** Returns the kind of line with the most attempts. Prefers a line about the login itself to lines around it. */
export const leadTally = (episode: Episode): LineTally | undefined => {
  let lead: LineTally | undefined
  let own: LineTally | undefined
  for (const [action, tally] of episode.tallies) {
    if (!lead || tally.count > lead.count) lead = tally
    if (action.endsWith('login') && (!own || tally.count > own.count)) own = tally
  }
  return own && lead && own.count * 2 >= lead.count ? own : lead
}

/** Returns the number of lines in the episode. */
export const countEpisodeLines = (episode: Episode): number => {
  let lines = episode.ownCount
  for (const tally of episode.tallies.values()) lines += tally.lines
  return lines
}

/** Returns users by their number of attempts, most first. */
export const usersByTries = (users: ReadonlyMap<string, number>): string[] =>
  [...users].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([user]) => user)
