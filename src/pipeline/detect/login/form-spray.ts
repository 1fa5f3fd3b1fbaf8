import { z } from 'zod'
import type { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { day, hour } from '../../../lib/units/time.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { binomialTail } from '../shared/score.ts'
import { failuresOf, loginOf, type WebAttempt } from './guess-run.ts'
import { slipRate } from './login-scope.ts'

/** Fewer clients that are refused are no spray. */
const leastClients = 20
/** log10 of the probability that the usual share of refused clients gives so many. Each hour and day is tested. */
const unlikely = -6
/** Odds of being refused that are so many times the highest before: on the day of a campaign, more people mistype than usual. */
const leastOdds = 3
/** How many more clients must be refused than in any earlier hour or day. */
const leastGrowth = 2
/** So many clients that know their password may be refused by chance. */
const leastKnownRefused = 3
/** A share is known after so many clients. */
const leastKnownClients = 50
/** How many clients with `slipRate` are added to each earlier hour or day, because a few clients show no share. */
const priorClients = 10
/** An unusual share that lasts so many hours or days is the usual one from then on. */
const longestUnusual = 12
const none: readonly WebAttempt[] = []

const counts = z.tuple([z.number(), z.number()])
/** The clients of earlier hours and days: how many were refused and never let in, and how many were let in. */
export const savedSpray = z.object({ hours: z.array(counts), days: z.array(counts) })

/** How many clients a login page usually refuses. */
interface Usual {
  /** The highest share of refused clients, and their highest number. */
  readonly share: number
  readonly most: number
}

/** Clients of a login page in the current hour or day, and in earlier ones. */
interface Window {
  readonly length: number
  readonly leastPast: number
  readonly mostPast: number
  past: (readonly [refused: number, accepted: number])[]
  /** Computed from the past; undefined while there were too few clients. */
  usual: Usual | undefined
  number: number
  /** Clients that were only refused, and were never let in before. */
  refused: number
  accepted: number
  /** Clients that were only refused, and were let in another time. */
  knownRefused: number
  knownAccepted: number
  isUnusual: boolean
  /** For how many hours or days in a row the share has been unusual. */
  unusual: number
}

type Standing = 'refused' | 'known refused' | 'accepted' | 'known accepted' | undefined

/** A client of a login page. */
interface Client {
  /** The page that it sent its last form to. A client that changes to another page is a new one there. */
  readonly path: string
  /** Its standing in the current window of each length. */
  readonly standings: { number: number; standing: Standing }[]
  /** Whether it was ever let in. */
  isKnown: boolean
  /** Whether it read a part of a page, as browsers do, after it sent a form. */
  browses: boolean
  /** Its refusals that were not returned yet. */
  first: EventSample | undefined
  count: number
  /** The login after these refusals. */
  login: EventSample | undefined
  /** Whether some of its refusals were returned. */
  isSprayer: boolean
}

/** The clients of all login pages of a site, by address. */
export type FormClients = RecentMap<string, Client>

const startWindow = (length: number, leastPast: number, mostPast: number): Window => ({
  ...{ length, leastPast, mostPast, past: [], usual: undefined, number: Number.NEGATIVE_INFINITY },
  ...{ refused: 0, accepted: 0, knownRefused: 0, knownAccepted: 0, isUnusual: false, unusual: 0 },
})

/**
 * Finds a spray at a login page: many addresses that each try a few passwords and are refused. Compares the share of clients that are refused
 * and never let in with the highest share in an earlier hour or day of this page, so people who mistype are the measure. If the clients that
 * were let in before are refused, too, then the page is broken.
 */
export class FormSpray {
  readonly #path: string
  readonly #windows: readonly [hours: Window, days: Window] = [startWindow(hour, 6, 7 * 24), startWindow(day, 3, 14)]

  constructor(path: string) {
    this.#path = flatText(path, path.length)
  }

  /** Whether there were enough clients to know the usual share. */
  get knowsUsual(): boolean {
    return this.#windows.some(({ usual }) => usual !== undefined)
  }

  /**
   * Returns the refused attempts if a spray is under way. O(1), but O(clients) when one is found.
   *
   * @param keeps whether the refusal is part of a spray that is found later
   */
  refuse(clients: FormClients, event: EventSample, address: string, keeps = true): readonly WebAttempt[] {
    const client = this.#clientOf(clients, address)
    this.#count(client, event.time, client.isKnown ? 'known refused' : 'refused')
    if (client.isKnown || !keeps) return none
    if (client.first && event.time - client.first.time > day) Object.assign(client, { first: undefined, count: 0 })
    client.first ??= keepSample(event)
    client.count++
    const isUnderWay = this.#windows.some(({ isUnusual }) => isUnusual)
    if (isUnderWay) return takeAttempts(client, address)
    const found = this.#windows.filter(isUnusual)
    for (const window of found) window.isUnusual = true
    return found.length > 0 ? this.#takeAll(clients, Math.max(...found.map(({ length }) => length)), event.time) : none
  }

  /** Returns a login of a client that was refused before, if a spray is under way. O(1). */
  accept(clients: FormClients, event: EventSample, address: string): readonly WebAttempt[] {
    const client = this.#clientOf(clients, address)
    this.#count(client, event.time, client.isKnown ? 'known accepted' : 'accepted')
    const isFirst = !client.isKnown
    client.isKnown = true
    if (!isFirst || (client.first === undefined && !client.isSprayer)) return none
    if (client.isSprayer) return client.browses ? none : [together(loginOf(event, address))]
    client.login = keepSample(event)
    return none
  }

  #clientOf(clients: FormClients, address: string): Client {
    const known = clients.get(address)
    if (known?.path === this.#path) return known
    const client: Client = {
      path: this.#path,
      standings: this.#windows.map(() => ({ number: Number.NaN, standing: undefined })),
      ...{ isKnown: false, browses: false, first: undefined, count: 0, login: undefined, isSprayer: false },
    }
    clients.set(flatText(address), client)
    return client
  }

  #count(client: Client, time: number, now: NonNullable<Standing>): void {
    for (const [i, window] of this.#windows.entries()) {
      const number = Math.floor(time / window.length)
      if (number > window.number) turn(window, number)
      const seen = client.standings[i]
      if (!seen) continue
      if (seen.number !== window.number) {
        seen.number = window.number
        seen.standing = undefined
      }
      const isLetIn = seen.standing === 'accepted' || seen.standing === 'known accepted'
      if (seen.standing === now || isLetIn) continue
      add(window, seen.standing, -1)
      add(window, now, 1)
      seen.standing = now
    }
  }

  /** Returns the attempts of all clients that were refused in the last hour or day, oldest first. */
  #takeAll(clients: FormClients, length: number, now: number): readonly WebAttempt[] {
    const all: WebAttempt[] = []
    for (const [address, client] of clients.entries()) {
      if (client.path !== this.#path || client.first === undefined || now - client.first.time > length) continue
      if (client.login === undefined || !client.browses) all.push(...takeAttempts(client, address))
    }
    return all.sort((a, b) => a.sample.time - b.sample.time)
  }

  pack(): z.infer<typeof savedSpray> {
    const [hours, days] = this.#windows
    return { hours: hours.past.map(plain), days: days.past.map(plain) }
  }

  unpack({ hours, days }: z.infer<typeof savedSpray>): void {
    this.#windows[0].past = hours
    this.#windows[1].past = days
    for (const window of this.#windows) window.usual = usualOf(window)
  }
}

/** Notes that a client reads a part of a page. O(1). */
export const noteBrowser = (clients: FormClients, address: string): void => {
  const client = clients.get(address)
  if (client) client.browses = true
}

const plain = ([refused, accepted]: readonly [number, number]): [number, number] => [refused, accepted]

/** Begins the next hour or day. An unusual one is not learnt, unless they become usual. */
const turn = (window: Window, number: number): void => {
  const { refused, accepted, knownAccepted } = window
  window.unusual = window.isUnusual ? window.unusual + 1 : 0
  const isLearnt = !window.isUnusual || window.unusual > longestUnusual
  const all = accepted + knownAccepted
  if (isLearnt && refused + all > 0) window.past = [...window.past, [refused, all] as const].slice(-window.mostPast)
  window.usual = usualOf(window)
  Object.assign(window, { number, refused: 0, accepted: 0, knownRefused: 0, knownAccepted: 0, isUnusual: false })
}

const add = (window: Window, standing: Standing, change: number): void => {
  if (standing === 'refused') window.refused += change
  else if (standing === 'known refused') window.knownRefused += change
  else if (standing === 'accepted') window.accepted += change
  else if (standing === 'known accepted') window.knownAccepted += change
}

const usualOf = ({ past, leastPast }: Window): Usual | undefined => {
  if (past.length < leastPast) return undefined
  let clients = 0
  let share = 0
  let most = 0
  for (const [refused, accepted] of past) {
    const all = refused + accepted
    clients += all
    share = Math.max(share, (refused + slipRate * priorClients) / (all + priorClients))
    most = Math.max(most, refused)
  }
  return clients < leastKnownClients ? undefined : { share, most }
}

const isUnusual = (window: Window): boolean => {
  const { refused, accepted, knownRefused, knownAccepted, usual } = window
  if (refused < leastClients) return false
  if (!usual || refused < leastGrowth * usual.most) return false
  const { share } = usual
  // Those who know their password are refused, too, if the page is broken.
  if (knownRefused >= leastKnownRefused && knownRefused > share * (knownRefused + knownAccepted)) return false
  const letIn = accepted + knownAccepted
  return refused * (1 - share) >= leastOdds * share * letIn && binomialTail(refused, refused + letIn, share) <= unlikely
}

const takeAttempts = (client: Client, address: string): readonly WebAttempt[] => {
  const { first, count, login } = client
  if (first === undefined) return none
  Object.assign(client, { first: undefined, count: 0, login: undefined, isSprayer: true })
  return [...failuresOf([{ first, count }], address), ...(login ? [loginOf(login, address)] : [])].map(together)
}

const together = ({ sample, attempt }: WebAttempt): WebAttempt => ({
  sample,
  attempt: { ...attempt, counts: 'together' },
})
