import type { Event } from '../../../schema/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { BoundedPairs } from '../shared/bounded-pairs.ts'
import type { Episode, Login } from '../shared/episode.ts'
import { flatText } from '../shared/flat-text.ts'

/** How often somebody who knows the password gets it wrong. */
export const slipRate = 0.25
export interface LoginRules {
  /** From how many failures on they are told. */
  readonly failures: number
  /** How many failures before a success make it suspect. */
  readonly failuresBeforeSuccess: number
  /** From how many addresses on that fail a little each they are told together. */
  readonly addresses: number
  /** After how long without a failure an attack is over, in ms. */
  readonly quiet: number
  /** After how long one that never rests is told anew, in ms. */
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
  /** What those addresses do together that have not failed often enough to be told one by one. */
  many: Episode | undefined
  readonly manyAddresses: Map<string, number>
  guests: Guests | undefined
  /** Users and addresses that have logged in. */
  readonly known: BoundedPairs
  lastLogin: Login | undefined
  /** Whether failures name an address here. Those that do not are then other words on the same tries. */
  namesAddresses: boolean
  /** How large the attacks of the past week were that are over. */
  past: { readonly end: number; readonly tries: number }[]
  newest: number
  sweptAt: number
  usedAt: number
}

/** Logins from elsewhere while an attack goes on, or within the hour after, by people not seen before. */
export interface Guests {
  readonly start: number
  last: number
  readonly logins: Login[]
  count: number
  /** Who attacked at the time, and with how many failures. */
  readonly attackers: Map<string, number>
  nextCount: number
  changed: boolean
}

/** Hears of each story when it begins, when it has doubled, and when it is over. */
export interface Listener {
  /** One address that fails and fails. */
  attack(scope: LoginScope, episode: Episode): void
  /** Many addresses that fail a little each. */
  swarm(scope: LoginScope, episode: Episode): void
  /** A login that succeeded after many failures of the same address. */
  breakIn(scope: LoginScope, episode: Episode): void
  guests(scope: LoginScope, guests: Guests): void
}

export const startScope = (event: Event, maxAddresses: number): LoginScope => {
  const { 'host.name': host, 'service.name': service } = event.fields
  return {
    source: event.source,
    stream: event.stream,
    host: typeof host === 'string' ? flatText(host) : undefined,
    service: typeof service === 'string' ? flatText(service) : undefined,
    episodes: new BoundedMap(maxAddresses),
    many: undefined,
    manyAddresses: new Map(),
    guests: undefined,
    known: new BoundedPairs(1000),
    lastLogin: undefined,
    namesAddresses: false,
    past: [],
    newest: event.time,
    sweptAt: event.time,
    usedAt: event.time,
  }
}
