import type { Event } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { BoundedPairs } from '../shared/bounded-pairs.ts'
import { flatText } from '../shared/flat-text.ts'
import { binomialTail } from '../shared/score.ts'
import type { Episode, Login } from './episode.ts'

/** The share of attempts that fail for users who know their password. */
export const slipRate = 0.25

/**
 * Returns log10 of the probability that people who mistype fail as often as many addresses together. Only addresses that failed are among
 * them, so the failure before each of their logins proves nothing.
 */
export const swarmTail = ({ tries, ownCount }: Episode): number =>
  binomialTail(Math.max(0, tries - ownCount), tries, slipRate)

/** How many addresses that may be guessing slowly to remember at each service. */
export const maxSlow = 100

export interface LoginRules {
  /** The minimum number of failures to report. */
  readonly failures: number
  /** How many failures make a following success suspicious. */
  readonly failuresBeforeSuccess: number
  /** How many addresses with few failures each are reported together. */
  readonly addresses: number
  /** How long without a failure until an attack is over, in ms. */
  readonly quiet: number
  /** How long until an attack without a pause is reported again, in ms. */
  readonly longest: number
  readonly maxAddresses: number
}

/** The logins at one service of one host. */
export interface LoginScope {
  readonly source: string
  readonly stream: string
  readonly host: string | undefined
  readonly service: string | undefined
  readonly episodes: BoundedMap<Episode>
  /** Those of them that were reported, in order; undefined after a change. A login looks at them, and there may be 500 episodes. */
  attacks: readonly Episode[] | undefined
  /** The finished episodes of addresses that may be guessing slowly, each joined to one. */
  readonly slow: BoundedMap<Episode>
  /** The combined attempts of addresses with too few failures to be reported alone. */
  swarm: Episode | undefined
  /** Their failures by address, or by `user NAME` in a log that names no address. */
  readonly swarmAddresses: Map<string, number>
  /** Times of the latest attempts that no reported attack contains; those of logins are negative. */
  recent: number[]
  /** When a burst of failures was last reported. */
  burstAt: number
  newLogins: NewLogins | undefined
  /** Pairs of users and addresses that have logged in. */
  readonly known: BoundedPairs
  lastLogin: Login | undefined
  /** Whether failures name an address in this log. Lines without one then repeat the same attempts. */
  namesAddresses: boolean
  /** The finished attacks of the past week, with their sizes. */
  past: { readonly end: number; readonly tries: number }[]
  newest: number
  sweptAt: number
  usedAt: number
}

/** First-time logins from elsewhere during an attack or within the hour after. */
export interface NewLogins {
  readonly start: number
  last: number
  readonly logins: Login[]
  count: number
  /** The attackers at the time, with their failures. */
  readonly attackers: Map<string, number>
  nextCount: number
  changed: boolean
}

/** Receives each attack when it begins, when it has doubled, and when it is over. */
export interface Listener {
  /** Many failures from one address. */
  attack(scope: LoginScope, episode: Episode): void
  /** A few failures each from many addresses. */
  swarm(scope: LoginScope, episode: Episode): void
  /** A successful login after many failures from the same address. */
  breakIn(scope: LoginScope, episode: Episode): void
  newLogins(scope: LoginScope, newLogins: NewLogins): void
}

export const startScope = (event: Event, maxAddresses: number): LoginScope => {
  const { 'host.name': host, 'service.name': service } = event.fields
  return {
    source: event.source,
    stream: event.stream,
    host: typeof host === 'string' ? flatText(host) : undefined,
    service: typeof service === 'string' ? flatText(service) : undefined,
    episodes: new BoundedMap(maxAddresses),
    attacks: undefined,
    slow: new BoundedMap(maxSlow),
    swarm: undefined,
    swarmAddresses: new Map(),
    recent: [],
    burstAt: 0,
    newLogins: undefined,
    known: new BoundedPairs(1000),
    lastLogin: undefined,
    namesAddresses: false,
    past: [],
    newest: event.time,
    sweptAt: event.time,
    usedAt: event.time,
  }
}
