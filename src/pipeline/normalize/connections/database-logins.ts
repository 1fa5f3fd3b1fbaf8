import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { ownCopy } from '../../../lib/own-copy/own-copy.ts'
import { hour } from '../../../lib/units/time.ts'
import { type Event, type Fields, isAuthentication } from '../../../schema/event/event.ts'

/** A connection with its parties, and the first command after it. */
interface Connection {
  readonly time: number
  readonly parties: Fields
  /** The id of the event of the first command. */
  readonly first: string | undefined
}

const mostConnections = 10_000

/**
 * Finds logins in the general query log of MySQL and MariaDB. The server writes who connects before it refuses the password in a line of its
 * own, so a connection was accepted when its first command follows.
 *
 * Remembers the last 10,000 connections, for an hour, and saves no state. A command that is delivered again gets the same result.
 */
export class DatabaseLogins {
  readonly #connections = new RecentMap<string, Connection>(mostConnections)

  /** Learns from a connection, or returns its first command as a login. */
  follow(event: Event): Event {
    const { 'mysql.thread_id': thread, 'event.action': action } = event.fields
    if (thread === undefined) return event
    const key = `${event.stream}\n${event.fields['log.file.path'] ?? ''}\n${thread}`
    if (action === 'database_connected') {
      this.#connections.set(ownCopy(key), { time: event.time, parties: partiesOf(event), first: undefined })
      return event
    }
    const known = this.#connections.get(key)
    if (known === undefined) return event
    if (isAuthentication(event)) {
      this.#connections.delete(key)
      return event
    }
    const age = event.time - known.time
    if ((known.first ?? event.id) !== event.id || age < 0 || age > hour) return event
    this.#connections.update(key, { ...known, first: event.id })
    const login = {
      'event.category': ['database', 'authentication'],
      'event.action': 'login',
      'event.outcome': 'success',
    }
    return { ...event, fields: { ...event.fields, ...known.parties, ...login } }
  }
}

const parties = ['user.name', 'source.ip', 'source.domain'] as const

const partiesOf = ({ fields }: Event): Fields =>
  Object.fromEntries(
    parties.flatMap((name) => {
      const value = fields[name]
      return typeof value === 'string' ? [[name, ownCopy(value)]] : []
    }),
  )
