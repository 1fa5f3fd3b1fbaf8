import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { hour } from '../../../lib/units/time.ts'
import { type Event, isAuthentication } from '../../../schema/event/event.ts'
import { copyWord } from '../fields/recurring-words.ts'

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
 *
 * Remembers the last 10,000 refusals, for an hour, and saves no state. A request that is delivered again gets the same result.
 */
export class AcceptedRequests {
  readonly #refusals = new RecentMap<string, Refusal>(mostRefusals)

  /** Learns from a refused request, or returns the event as a login if it is the first request that is answered after one. */
  follow(event: Event): Event {
    const status = event.fields['http.response.status_code']
    if (typeof status !== 'number') return event
    if (status === 401 || status === 407) {
      const key = isAuthentication(event) ? keyOf(event, status === 407) : undefined
      if (key !== undefined)
        this.#refusals.set(copyWord(key), { refused: event.time, accepted: this.#refusals.get(key)?.accepted })
      return event
    }
    if (this.#refusals.size === 0 || status < 200 || status >= 400) return event
    for (const ofProxy of [false, true]) {
      const key = keyOf(event, ofProxy)
      const known = key === undefined ? undefined : this.#refusals.get(key)
      if (key === undefined || known === undefined) continue
      const { refused, accepted } = known
      const isFirst = accepted === undefined || accepted === event.time || accepted < refused
      if (!isFirst || event.time < refused || event.time - refused > hour || isAuthentication(event)) continue
      this.#refusals.update(key, { refused, accepted: event.time })
      const fields = { ...event.fields, 'event.category': ['web', 'authentication'], 'event.outcome': 'success' }
      return { ...event, fields }
    }
    return event
  }
}

const keyOf = ({ stream, fields }: Event, ofProxy: boolean): string | undefined => {
  const { 'user.name': user, 'source.ip': address, 'url.path': path = fields['url.original'] } = fields
  if (user === undefined || address === undefined) return undefined
  return `${stream}\n${user}\n${address}\n${ofProxy ? '' : path}`
}
