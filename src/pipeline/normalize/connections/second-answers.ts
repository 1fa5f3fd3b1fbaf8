import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { ownCopy } from '../../../lib/own-copy/own-copy.ts'
import { minute } from '../../../lib/units/time.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { sessionOfPolicy } from './connection-lines.ts'

/** A refused login that a server writes twice. */
interface SecondAnswer {
  readonly kind: string
  /** Returns the login that a line refuses first. */
  readonly first: (event: Event) => string | undefined
  /** Returns the login that a line may refuse again. */
  readonly second: (event: Event) => string | undefined
  /** How long the second line comes after the first at most. */
  readonly within: number
}

const peerBefore = (event: Event, words: string): string | undefined => {
  const at = event.message.indexOf(words)
  return at < 0
    ? undefined
    : /(?:^|[\s/])([\d.]{7,15}:\d{1,5}|\[[\da-fA-F:.]{2,45}\]:\d{1,5}) $/.exec(event.message.slice(0, at))?.[1]
}

const asaLogin = ({ fields }: Event, ...codes: readonly string[]): string | undefined =>
  fields['observer.product'] === 'ASA' &&
  codes.includes(String(fields['event.code'])) &&
  fields['source.ip'] !== undefined
    ? `${fields['user.name']} ${fields['source.ip']}`
    : undefined

const policyDenies = ': Access policy result: Logon_Deny'

const partiesOf = ({ 'user.name': user, 'source.ip': address }: Event['fields']): string | undefined =>
  address === undefined ? undefined : `${user} ${address}`

/** Returns the client of a line of PgBouncer, by its address in memory, and its reason: `C-0x55dc: shop/kim@203.0.113.9:5 pooler error: …`. */
const poolerReason = ({ message }: Event, words: string): string | undefined => {
  const at = message.startsWith('C-0x') ? message.indexOf(words) : -1
  return at < 0 ? undefined : `${message.slice(0, at)}${message.slice(at + words.length).replace(/ \(age=\w+\)$/, '')}`
}

/** Returns the client of a line of PgBouncer before some words, by its address in memory and its port, which its name is no part of. */
const poolerClient = ({ message }: Event, words: string): string | undefined => {
  const at = message.startsWith('C-0x') ? message.indexOf(words) : -1
  return at < 0 ? undefined : message.slice(0, message.indexOf(':')) + message.slice(message.lastIndexOf('@', at), at)
}

const secondAnswers: readonly SecondAnswer[] = [
  {
    kind: 'etcd',
    // The store of accounts, and then the server that asked it. The store says nothing about a user that it lacks.
    first: (event) => (event.message === 'invalid password' ? textField(event, 'user.name') : undefined),
    second: (event) =>
      event.message === 'invalid authentication was requested' ? textField(event, 'user.name') : undefined,
    within: minute / 6,
  },
  {
    kind: 'OpenVPN',
    // Where a plugin decides, the answer is the only line.
    first: (event) => peerBefore(event, 'TLS Auth Error: Auth Username/Password'),
    second: (event) => peerBefore(event, 'SENT CONTROL ['),
    within: minute,
  },
  {
    kind: 'Mosquitto',
    // The answer to the client, and then its end without an address. Servers that log no answers write the end only.
    first: ({ message, stream }) => (message.startsWith('Sending CONNACK to ') ? stream : undefined),
    second: ({ message, stream }) => (message.startsWith('Client <unknown> disconnected') ? stream : undefined),
    within: minute / 6,
  },
  {
    kind: 'Cisco ASA',
    // The server that checks passwords, and then the service that asked it.
    first: (event) => asaLogin(event, '113005', '113015'),
    second: (event) => asaLogin(event, '605004', '716039'),
    within: minute / 6,
  },
  {
    kind: 'F5 BIG-IP',
    // The module that checks passwords, and the result of the access policy. Some policies deny for other reasons.
    first: ({ message }) => (message.includes(policyDenies) ? undefined : sessionOfPolicy(message)),
    second: ({ message }) => (message.includes(policyDenies) ? sessionOfPolicy(message) : undefined),
    within: minute,
  },
  {
    kind: 'PgBouncer',
    // Why it closes the connection, and then the answer to the client.
    first: (event) => poolerReason(event, ' closing because: '),
    second: (event) => poolerReason(event, ' pooler error: '),
    within: minute / 6,
  },
  {
    kind: 'PgBouncer without the user',
    // Below the entry for its answers, which needs the line that this one counts no more.
    first: (event) => poolerClient(event, ' no such user: '),
    second: (event) => poolerClient(event, ' closing because: '),
    within: minute / 6,
  },
  {
    kind: 'Dovecot',
    // With `auth_verbose`, the process that checks passwords writes each, and then the one that talks to the client how many it refused.
    first: ({ message, fields }) =>
      fields['process.name'] === 'dovecot' ? /^auth[^<\n]{0,700}(<[\w+/]{8,40}>)\): /.exec(message)?.[1] : undefined,
    second: ({ message, fields }) =>
      fields['process.name'] === 'dovecot' ? / session=(<[\w+/]{8,40}>)$/.exec(message)?.[1] : undefined,
    within: minute,
  },
  {
    kind: 'Pulse Secure and Ivanti',
    // The authentication server, and then the realm.
    first: ({ message, fields }) =>
      message.includes('rimary authentication failed for ') ? partiesOf(fields) : undefined,
    second: ({ message, fields }) =>
      message.includes('Login failed using auth server ') ? partiesOf(fields) : undefined,
    within: minute / 6,
  },
]

const mostRefusals = 10_000
/** Lines that are delivered again find the refusals of their time, although newer ones are known. */
const mostTimes = 16

/** Finds refused logins that a server writes a second time, so that they count once. Remembers the last 10,000, and saves no state. */
export class SecondAnswers {
  readonly #refusals = new RecentMap<string, readonly number[]>(mostRefusals)

  /** Returns the event, which is about no login any more if an earlier line counts it. */
  count(event: Event): Event {
    if (event.fields['event.category'] !== 'authentication' || event.fields['event.outcome'] !== 'failure') return event
    for (const { kind, first, second, within } of secondAnswers) {
      const refused = first(event)
      if (refused !== undefined) {
        const key = ownCopy(keyOf(kind, event, refused))
        const times = this.#refusals.get(key) ?? []
        this.#refusals.set(key, times.includes(event.time) ? times : [...times, event.time].slice(-mostTimes))
        continue
      }
      const again = this.#refusals.size === 0 ? undefined : second(event)
      const times = again === undefined ? undefined : this.#refusals.get(keyOf(kind, event, again))
      if (!times?.some((time) => event.time >= time && event.time - time <= within)) continue
      const { 'event.category': _category, 'event.action': _action, ...fields } = event.fields
      return { ...event, fields }
    }
    return event
  }
}

const keyOf = (kind: string, { stream }: Event, login: string): string => `${kind}\n${stream}\n${login}`
