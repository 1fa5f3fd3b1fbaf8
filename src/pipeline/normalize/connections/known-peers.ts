import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { ownCopy } from '../../../lib/own-copy/own-copy.ts'
import { type Event, isAuthentication } from '../../../schema/event/event.ts'
import type { Draft } from '../draft.ts'
import { setUser } from '../entities/phrase.ts'
import { setAddress, toAddress } from '../fields/address.ts'
import { type ConnectionLine, connectionLines } from './connection-lines.ts'

/** A client or a user that a line names. */
interface Party {
  readonly time: number
  readonly address: string | undefined
  readonly user: string | undefined
}

const mostParties = 20_000
/** The kinds of lines by what most other lines lack, so that it is looked for once. */
const lineGroups = [
  ...Map.groupBy(
    connectionLines,
    ({ starts, field, mark }) => `${starts?.at} ${starts?.with} ${field} ${mark}`,
  ).values(),
].flatMap((lines) => {
  const [first] = lines
  return first ? [{ starts: first.starts, mark: first.mark, field: first.field, lines }] : []
})
const acceptingLines = connectionLines.filter(({ accepts }) => accepts !== undefined)

/**
 * Adds to a login what earlier lines of its connection name, for servers that write the address, the user and the outcome in several lines
 * that share a number. Every stream, and every file of one, has connections of its own.
 *
 * Remembers the last 20,000 lines that name somebody. It saves no state: a login without its address is all that a restart costs, for
 * connections that are open then. The end of a connection does not forget it, so that lines that are delivered again find what they found
 * before: a line of the next connection with its number replaces it, and only lines from its time on, for as long as is declared, read it.
 */
export class KnownPeers {
  readonly #parties = new RecentMap<string, Party>(mostParties)

  /** Learns from an event, or returns it with what is known about its login. */
  follow(event: Event): Event {
    const { message, original } = event
    const text = message === '' ? original : message
    for (const { starts, mark, field, lines } of lineGroups) {
      if (starts !== undefined && !text.startsWith(starts.with, starts.at)) continue
      if ((field === undefined || event.fields[field] !== undefined) && text.includes(mark)) {
        for (const line of lines) this.#learn(event, line, text)
      }
    }
    if (this.#parties.size === 0 || event.kind !== 'event') return event
    const { 'source.ip': address, 'user.name': user } = event.fields
    const isLogin = isAuthentication(event)
    const lacks = address === undefined || user === undefined
    if (isLogin ? !lacks : !mayAccept(text)) return event
    let fields: Draft | undefined
    for (const line of connectionLines) {
      const known = this.#find(event, line, text)
      if (known === undefined) continue
      fields ??= { ...event.fields }
      if (known.user !== undefined) setUser(fields, known.user)
      if (known.address !== undefined && fields['source.domain'] === undefined) {
        setAddress(fields, 'source', known.address)
      }
      if (!isLogin && known.user !== undefined && line.accepts?.says.test(text)) {
        fields['event.category'] = 'authentication'
        fields['event.action'] = 'login'
        fields['event.outcome'] = 'success'
      }
    }
    if (fields === undefined) return event
    return isLogin || fields['event.category'] === 'authentication' ? { ...event, fields } : event
  }

  #learn(event: Event, line: ConnectionLine, text: string): void {
    // A line of the same kind that names nobody replaces the one before, and other lines do not.
    const found = line.names.exec(text)
    const key = found ? keyOf(event, line, text) : undefined
    if (!found || key === undefined) return
    const { address, user } = found.groups ?? {}
    this.#parties.set(key, {
      time: event.time,
      address: address !== undefined && isRemote(address) ? ownCopy(address) : undefined,
      user: user === undefined ? undefined : ownCopy(user),
    })
  }

  #find(event: Event, line: ConnectionLine, text: string): Party | undefined {
    const key = keyOf(event, line, text)
    const known = key === undefined ? undefined : this.#parties.get(key)
    if (!known) return undefined
    const age = event.time - known.time
    return age >= 0 && age <= line.within ? known : undefined
  }
}

const keyOf = ({ source, stream, fields }: Event, line: ConnectionLine, text: string): string | undefined => {
  const key = line.key(text, fields)
  const scope = line.acrossProcesses ? `${source}/${fields['host.name']}` : stream
  return key === undefined ? undefined : `${scope}\n${fields['log.file.path'] ?? ''}\n${line.kind}\n${key}`
}

const mayAccept = (text: string): boolean =>
  acceptingLines.some(
    ({ starts, accepts }) =>
      accepts !== undefined &&
      (starts === undefined || text.startsWith(starts.with, starts.at)) &&
      text.includes(accepts.mark),
  )

/** Whether a word is an address or a host. Servers write `[local]`, `local` or a path for clients of a socket. */
const isRemote = (word: string): boolean => {
  const { ip, domain = '' } = toAddress(word) ?? {}
  return ip !== undefined || domain.includes('.')
}
