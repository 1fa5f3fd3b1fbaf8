import type { AlertContext } from '../schema/context.ts'
import type { NetworkFacts } from '../schema/network-facts.ts'
import type { Subject } from './subject.ts'
import type { ContextTables, Reason } from './tables.ts'
import { bondsBefore } from './usual.ts'

/** Above this, what others say counts as knowing an address for bad. */
const malicious = 70
/** How many people of ours make a place a usual one. */
const manyPeople = 2

export interface NetworkAnswer {
  readonly context: AlertContext
  readonly reasons: readonly Reason[]
  /** Whether all addresses are ours. */
  readonly internal: boolean
  readonly malice: number | undefined
}

/** Describes the addresses of an alert: the source in full, the others in short. Undefined if there are none. */
export const describeNetwork = (subject: Subject, tables: ContextTables): NetworkAnswer | undefined => {
  const look = (address: string | undefined) => {
    const facts = address === undefined ? undefined : tables.networks.look(address)
    return facts ? [withMalice(facts, tables.malice?.(facts.ip_address))] : []
  }
  const [named] = look(subject.source)
  const [destination] = look(subject.destination)
  const others = subject.addresses.flatMap(look)
  const all = [named, destination, ...others].flatMap((one) => one ?? [])
  // Without a named source, prefer an external address.
  const source = named ?? others.find(({ facts }) => !facts.is_internal) ?? others[0] ?? destination
  if (!source) return undefined
  const known = tables.familiar.address(source.facts.ip_address)
  const people = known ? bondsBefore(known.users, subject.at) : []
  const worst = Math.max(...all.map(({ malice }) => malice ?? -1))
  return {
    internal: all.every(({ facts }) => facts.is_internal),
    malice: worst < 0 ? undefined : worst,
    context: {
      context_type: 'network',
      source: 'context-collector',
      confidence: 0.8,
      data: {
        ...source.facts,
        first_seen: known && known.first < subject.at ? new Date(known.first).toISOString() : null,
        seen_users: people.map(({ name, days }) => ({ name, days })),
        ...(destination && destination !== source && { destination: destination.facts }),
        ...(others.length > 0 && { other_addresses: others.flatMap((one) => (one === source ? [] : one.facts)) }),
      },
    },
    reasons: [
      ...all.flatMap(({ facts }) =>
        facts.known_as === null ? [] : against(`${facts.ip_address} is ${facts.known_as}`),
      ),
      ...(people.length >= manyPeople && !source.facts.is_internal
        ? [against(`${people.length} of our people logged in from ${source.facts.ip_address} before`)]
        : []),
    ],
  }
}

const against = (text: string): Reason => ({ sign: 'against', text, about: 'network' })

const withMalice = (facts: NetworkFacts, malice: number | undefined) =>
  malice === undefined
    ? { facts, malice }
    : {
        facts: {
          ...facts,
          reputation_score: Math.min(100, Math.max(0, 100 - malice)),
          known_malicious: malice >= malicious,
        },
        malice,
      }
