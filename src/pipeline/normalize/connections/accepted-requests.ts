import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { ownCopy } from '../../../lib/own-copy/own-copy.ts'
import { hour } from '../../../lib/units/time.ts'
import { type Event, isAuthentication } from '../../../schema/event/event.ts'

/** When a server refused a client's name and password last, and which request it answered after that. */
interface Refusal {
  readonly refused: number
  readonly accepted: number | undefined
}

const mostRefusals = 10_000

/**
 * Finds the request that was answered after the password of its user had been refused. Access logs say of each request whether the
 * password was wrong, but not which request was the login: the first one of the same client and user to the same page that gets an answer
 * is. A server may log the name also where it asks for no password, so another page says nothing; behind a proxy that asks, any page does.
 * Login forms have no name in the log, and some servers write a name only when the password was right: the client and its request must agree.
 *
 * Remembers the last 10,000 refusals, for an hour, and saves no state. A request that is delivered again gets the same result.
 */
export class AcceptedRequests {
  readonly #refusals = new RecentMap<string, Refusal>(mostRefusals)

  /** Learns from a refused request, or returns the event as a login if it is the first request that is answered after one. */
  follow(event: Event): Event {
    const status = event.fields['http.response.status_code']
    if (typeof status !== 'number') return event
    if (status === 401 || status === 403 || status === 407) {
      const key = isAuthentication(event) ? refusedKey(event, status) : undefined
      if (key !== undefined)
        this.#refusals.set(ownCopy(key), { refused: event.time, accepted: this.#refusals.get(key)?.accepted })
      return event
    }
    if (this.#refusals.size === 0 || status < 200 || status >= 400) return event
    for (const key of acceptedKeys(event)) {
      const known = this.#refusals.get(key)
      if (known === undefined) continue
      const { refused, accepted } = known
      // Each form that is sent is a login of its own, but each request carries the name.
      const isForm = event.fields['user.name'] === undefined
      const isFirst = isForm || accepted === undefined || accepted === event.time || accepted < refused
      if (!isFirst || event.time < refused || event.time - refused > hour || isAuthentication(event)) continue
      this.#refusals.update(key, { refused, accepted: event.time })
      const fields = { ...event.fields, 'event.category': ['web', 'authentication'], 'event.outcome': 'success' }
      return { ...event, fields }
    }
    return event
  }
}

const refusedKey = (event: Event, status: number): string | undefined => {
  const { 'user.name': user, 'source.ip': address } = event.fields
  if (address === undefined) return undefined
  if (user === undefined) return namelessKey(event)
  return status === 403 ? undefined : status === 407 ? proxyKey(event) : pageKey(event)
}

/** The refusals that a request may follow. A request without a name is any visitor's, unless it sends a form. */
const acceptedKeys = (event: Event): readonly string[] => {
  const { 'user.name': user, 'source.ip': address, 'http.request.method': method } = event.fields
  if (address === undefined) return []
  if (user !== undefined) return [pageKey(event), proxyKey(event), namelessKey(event)]
  return method === 'POST' ? [namelessKey(event)] : []
}

const pageKey = (event: Event): string => `${proxyKey(event)}${pathOf(event)}`

const proxyKey = ({ stream, fields: { 'user.name': user, 'source.ip': address } }: Event): string =>
  `${stream}\n${user}\n${address}\n`

const namelessKey = (event: Event): string => {
  const { 'source.ip': address, 'http.request.method': method } = event.fields
  return `${event.stream}\n\n${address}\n${method} ${pathOf(event)}`
}

const pathOf = ({ fields: { 'url.path': path, 'url.original': target } }: Event) => path ?? target
