import type { Attempt } from '../login/attempt.ts'
import type { Sample } from './evidence.ts'
import { keepSample } from './evidence.ts'
import { flatText } from './flat-text.ts'
import { count, startTally, type Tally } from './tally.ts'

const maxActions = 8
const maxUsers = 200
const maxLogins = 10

/** A login that succeeded. */
export interface Login {
  readonly sample: Sample
  readonly user: string | undefined
  readonly address: string | undefined
}

/** One run of failures of one address (or, where none is named, of one user) at one service of one host. */
export interface Episode {
  readonly who: string
  readonly byAddress: boolean
  readonly start: number
  last: number
  /** The same try is told of by several kinds of lines, so each kind is counted apart. */
  readonly tallies: Map<string, Tally>
  /** How many tries there were: as many as the leading kind of line tells of. */
  tries: number
  readonly users: Map<string, number>
  /** Logins by the same address. */
  readonly own: Login[]
  ownCount: number
  /** Logins by others while it went on, or within the hour after. */
  readonly others: Login[]
  otherCount: number
  /** The last login before it began. */
  readonly before: Login | undefined
  reported: boolean
  /** At how many tries it is told again. */
  nextTries: number
  /** Whether something has happened since it was last told. */
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

/** Adds a failure. Returns how many tries more there are now. */
export const addFailure = (episode: Episode, event: Sample, { action, user, times }: Attempt): number => {
  let tally = episode.tallies.get(action)
  if (!tally && episode.tallies.size < maxActions) {
    tally = startTally(keepSample(event))
    episode.tallies.set(flatText(action), tally)
  }
  if (tally) count(tally, event, times)
  episode.last = Math.max(episode.last, event.time)
  episode.usedAt = episode.last
  episode.changed = true
  if (user !== undefined && (episode.users.has(user) || episode.users.size < maxUsers)) {
    const known = episode.users.get(user)
    episode.users.set(known === undefined ? flatText(user) : user, (known ?? 0) + times)
  }
  const before = episode.tries
  episode.tries = leadTally(episode)?.count ?? 0
  return Math.max(0, episode.tries - before)
}

/** Adds a login that succeeded: the address's own, or another's. */
export const addLogin = (episode: Episode, login: Login, own: boolean): void => {
  const logins = own ? episode.own : episode.others
  if (logins.length < maxLogins) logins.push(login)
  if (own) episode.ownCount++
  else episode.otherCount++
  episode.changed = true
}

/** The kind of line that tells of most tries; where there is one, the word on the login itself rather than the words around it. */
export const leadTally = (episode: Episode): Tally | undefined => {
  let lead: Tally | undefined
  let own: Tally | undefined
  for (const [action, tally] of episode.tallies) {
    if (!lead || tally.count > lead.count) lead = tally
    if (action.endsWith('login') && (!own || tally.count > own.count)) own = tally
  }
  return own && lead && own.count * 2 >= lead.count ? own : lead
}

/** How many lines it covers. */
export const linesOf = (episode: Episode): number => {
  let lines = episode.ownCount
  for (const tally of episode.tallies.values()) lines += tally.lines
  return lines
}

/** Users by how often they were tried, most first. */
export const usersByTries = (users: ReadonlyMap<string, number>): string[] =>
  [...users].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([user]) => user)
