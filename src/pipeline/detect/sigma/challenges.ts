import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { hour } from '../../../lib/units/time.ts'
import { type Event, isAuthentication } from '../../../schema/event/event.ts'
import { flatText } from '../shared/flat-text.ts'

const mostClients = 5_000
/** More refusals without an answered request between them are no challenges. NTLM takes two, and many users may share an address. */
const mostInRow = 10

interface Client {
  /** The page that was refused last. */
  page: string
  /** The refusals since a request was answered. */
  refusals: number
  answeredAt: number
}

/** Finds the refused requests by which a web server asks a client for its password. */
export interface Challenges {
  /** Whether the event is one. O(1). */
  follow(event: Event): boolean
}

/**
 * Distinguishes refusals that belong to each login from refused passwords. Subversion, WebDAV, Git, container registries, and Windows with
 * NTLM send each request without a password first: it is refused, and answered with the name of the user or for the same page right after.
 * Once a client was answered so within the hour, its next refusals without a name are challenges, until too many follow one another.
 *
 * Remembers 5,000 clients. State is not saved, because one answer restores it.
 */
export const createChallenges = (): Challenges => {
  const clients = new RecentMap<string, Client>(mostClients)
  return {
    follow(event) {
      const { 'http.response.status_code': status, 'source.ip': address } = event.fields
      if (typeof status !== 'number' || typeof address !== 'string') return false
      const isRefusal = status === 401 || status === 407
      if (!isRefusal && (clients.size === 0 || status === 403)) return false
      const key = `${event.source}\n${address}`
      const client = clients.get(key)
      if (!isRefusal) {
        if (client && client.refusals > 0 && isAnswer(event, status, client)) {
          client.refusals = 0
          client.answeredAt = event.time
        }
        return false
      }
      if (isAuthentication(event)) return false
      const page = pageOf(event)
      if (!client) {
        clients.set(flatText(key), { page: flatText(page), refusals: 1, answeredAt: Number.NEGATIVE_INFINITY })
        return false
      }
      if (client.page !== page) client.page = flatText(page)
      client.refusals++
      return client.refusals <= mostInRow && event.time - client.answeredAt <= hour
    },
  }
}

/** Whether a request proves that its client has a password: the server names the user, or answers for the page that it refused before. */
const isAnswer = (event: Event, status: number, { page }: Client): boolean =>
  event.fields['user.name'] !== undefined || (status >= 200 && status < 400 && pageOf(event) === page)

const pageOf = ({ fields }: Event): string => {
  const { 'http.request.method': method, 'url.path': path, 'url.original': target } = fields
  return `${method} ${path ?? target}`
}
