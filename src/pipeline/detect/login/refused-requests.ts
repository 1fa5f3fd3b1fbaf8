import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { minute } from '../../../lib/units/time.ts'
import { type Event, isAuthentication } from '../../../schema/event/event.ts'
import { isLoginPath } from '../../../schema/event/login-path.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import type { Attempt } from './attempt.ts'

const mostSites = 200
const mostClients = 500
const mostPages = 200
const mostAccepted = 2000
/** Fewer refusals are those of a program that waits for a server, or of clients behind one address that were asked for a password. */
const leastRefusals = 20
/** Programs that poll with a wrong or expired token are slower on average, in ms. */
const longestMeanPause = 2000
/** A pause this long ends a run. */
const longestPause = minute
/** For so many minutes, a run remembers how many refusals there were in each. */
const mostMinutes = 60
const none: readonly WebAttempt[] = []

/** An attempt to log in to a web page, and the request that shows it. */
export interface WebAttempt {
  readonly sample: EventSample
  readonly attempt: Attempt
}

/** Requests of a client for one page that were refused, with no request for another page between them. */
interface Run {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly start: number
  readonly minutes: { readonly number: number; readonly first: EventSample; count: number }[]
  last: number
  count: number
}

interface Site {
  /** The current run of each client. */
  readonly runs: RecentMap<string, Run>
  /** Pages that ask for a password. */
  readonly pages: RecentMap<string, true>
  /** Requests with clients that these pages have answered. */
  readonly accepted: RecentMap<string, true>
}

/**
 * Finds guessed passwords in access logs that do not say which requests carried one: many requests of a client for one page that were
 * refused in quick succession, and then one that was answered. Browsers and other programs are refused once or twice before they send a
 * password. A client that the page has let in before has a token that expired.
 *
 * Says nothing until the page lets the client in, because rules count the refusals. Saves no state.
 */
export class RefusedRequests {
  readonly #sites = new RecentMap<string, Site>(mostSites)

  /** Returns the refused attempts and the login, if the event is this login. O(1). */
  follow(event: Event): readonly WebAttempt[] {
    const status = event.fields['http.response.status_code']
    if (typeof status !== 'number') return none
    const known = this.#sites.get(event.stream)
    const { 'source.ip': address, 'url.path': path, 'http.request.method': method } = event.fields
    if (typeof address !== 'string' || typeof path !== 'string' || typeof method !== 'string') return none
    const run = known?.runs.get(address)
    if (known && run) {
      const isSame = run.path === path && run.method === method
      // Programs read a form before they send it.
      if (!isSame && run.path === path && method === 'GET') return none
      if (isSame && status === run.status && event.time - run.last <= longestPause) {
        addRefusal(run, event)
        return none
      }
      known.runs.delete(address)
      if (isSame && status >= 200 && status < 400 && isGuess(run, event.time)) {
        accept(known, method, path, address)
        return attemptsOf(run, event, address)
      }
    }
    if (isRefusal(event, status, method, path)) {
      const site = known ?? this.#addSite(event.stream)
      if (site.pages.get(path) === undefined) site.pages.set(flatText(path, path.length), true)
      if (site.accepted.get(requestOf(method, path, address)) === undefined)
        site.runs.set(flatText(address), startRun(event, status, method, path))
    } else if (known && status >= 200 && status < 300 && known.pages.get(path)) accept(known, method, path, address)
    return none
  }

  #addSite(stream: string): Site {
    const site: Site = {
      runs: new RecentMap(mostClients),
      pages: new RecentMap(mostPages),
      accepted: new RecentMap(mostAccepted),
    }
    this.#sites.set(stream, site)
    return site
  }
}

/**
 * Whether a request may carry a wrong password: the page asked for one, or a login page answered without a redirect. Requests that are known
 * as failed logins are counted as such anyway, and IIS says itself which requests carried a password.
 */
const isRefusal = (event: Event, status: number, method: string, path: string): boolean =>
  ((status === 401 || status === 407) && event.fields['iis.substatus'] === undefined && !isAuthentication(event)) ||
  (method === 'POST' &&
    (status === 200 || status === 400 || status === 422) &&
    isLoginPath(path) &&
    !isAuthentication(event))

const startRun = (event: Event, status: number, method: string, path: string): Run => {
  const run = { method, path: flatText(path, path.length), status, start: event.time, minutes: [], last: 0, count: 0 }
  addRefusal(run, event)
  return run
}

const addRefusal = (run: Run, event: Event): void => {
  run.count++
  run.last = event.time
  const number = Math.floor(event.time / minute)
  const latest = run.minutes.at(-1)
  if (latest && (latest.number === number || run.minutes.length === mostMinutes)) latest.count++
  else run.minutes.push({ number, first: keepSample(event), count: 1 })
}

const isGuess = ({ start, last, count }: Run, time: number): boolean =>
  count >= leastRefusals && last - start <= longestMeanPause * count && time - last <= longestPause

const accept = ({ accepted }: Site, method: string, path: string, address: string): void => {
  const request = requestOf(method, path, address)
  if (accepted.get(request) === undefined) accepted.set(flatText(request, request.length), true)
}

const requestOf = (method: string, path: string, address: string): string => `${method} ${address} ${path}`

const attemptsOf = ({ minutes }: Run, event: Event, address: string): readonly WebAttempt[] => {
  const name = event.fields['user.name']
  const user = typeof name === 'string' && name !== '' ? name : undefined
  const tried = { action: 'login', address }
  return [
    ...minutes.map(({ first, count }) => ({
      sample: first,
      attempt: { ...tried, success: false, user: undefined, times: count, lines: count },
    })),
    { sample: event, attempt: { ...tried, success: true, user, times: 1, lines: 1 } },
  ]
}
