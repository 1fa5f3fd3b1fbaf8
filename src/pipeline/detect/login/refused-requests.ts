import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { type Event, isAuthentication } from '../../../schema/event/event.ts'
import { flatText } from '../shared/flat-text.ts'
import { addRefusal, attemptsOf, type GuessRun, isGuess, longestPause, startRun, type WebAttempt } from './guess-run.ts'
import type { WebRequest } from './web-request.ts'

const mostSites = 200
const mostClients = 500
const mostPages = 200
const mostAccepted = 2000
const none: readonly WebAttempt[] = []

/** Requests of a client for one page that were refused, with no request for another page between them. */
interface Run extends GuessRun {
  readonly method: string
  readonly path: string
  readonly status: number
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
  follow(request: WebRequest): readonly WebAttempt[] {
    const { event, status, address, path, method } = request
    if (method === undefined) return none
    const known = this.#sites.get(event.stream)
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
    if (isRefusal(request)) {
      const site = known ?? this.#addSite(event.stream)
      if (site.pages.get(path) === undefined) site.pages.set(flatText(path, path.length), true)
      if (site.accepted.get(requestOf(method, path, address)) === undefined)
        site.runs.set(flatText(address), startRefusals(event, status, method, path))
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
const isRefusal = ({ event, status, sendsLogin }: WebRequest): boolean =>
  ((status === 401 || status === 407) && event.fields['iis.substatus'] === undefined && !isAuthentication(event)) ||
  (sendsLogin && (status === 200 || status === 400 || status === 422) && !isAuthentication(event))

const startRefusals = (event: Event, status: number, method: string, path: string): Run => {
  const run = { ...startRun(event.time), method, path: flatText(path, path.length), status }
  addRefusal(run, event)
  return run
}

const accept = ({ accepted }: Site, method: string, path: string, address: string): void => {
  const request = requestOf(method, path, address)
  if (accepted.get(request) === undefined) accepted.set(flatText(request, request.length), true)
}

const requestOf = (method: string, path: string, address: string): string => `${method} ${address} ${path}`
