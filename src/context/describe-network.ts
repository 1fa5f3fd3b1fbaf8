import type { AlertContext } from '../schema/inventory/context.ts'
import type { NetworkFacts } from '../schema/inventory/network-facts.ts'
import type { Subject } from './subject.ts'
import type { ContextReason, ContextTables } from './tables.ts'
import { associationsBefore } from './usual.ts'

/** From this value on, an address counts as known malicious. */
const malicious = 70
/** From this number of known users on, an address counts as usual. */
const minUsers = 2

export interface NetworkAnswer {
  readonly context: AlertContext
  readonly reasons: readonly ContextReason[]
  /** Whether all addresses are internal. */
  readonly internal: boolean
  readonly malice: number | undefined
}

/** Describes the addresses of an alert: the source in full, the others in short. Undefined if there are none. */
export const describeNetwork = (subject: Subject, tables: ContextTables): NetworkAnswer | undefined => {
  const factsOf = (address: string | undefined) => {
    const facts = address === undefined ? undefined : tables.networks.lookUp(address)
    return facts ? [withMalice(facts, tables.malice?.(facts.ip_address))] : []
  }
  const [named] = factsOf(subject.source)
  const [destination] = factsOf(subject.destination)
  const others = subject.addresses.flatMap(factsOf)
  const all = [named, destination, ...others].flatMap((one) => one ?? [])
  // Without a named source, prefer an external address.
  const source = named ?? others.find(({ facts }) => !facts.is_internal) ?? others[0] ?? destination
  if (!source) return undefined
  const known = tables.history.address(source.facts.ip_address)
  const people = known ? associationsBefore(known.users, subject.at) : []
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
      ...(people.length >= minUsers && !source.facts.is_internal
        ? [against(`${people.length} known users have logged in from ${source.facts.ip_address}`)]
        : []),
    ],
  }
}

const against = (text: string): ContextReason => ({ sign: 'against', text, about: 'network' })

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
