import { z } from 'zod'

/** An address in one role. */
export const addressTally = z
  .object({
    ip: z.string(),
    /** How many log lines show it in this role; an estimate if the evidence does not contain all lines. */
    events: z.int(),
    /** Whether it is one of our own addresses. */
    internal: z.boolean(),
  })
  .meta({ id: 'AddressTally' })
export type AddressTally = z.infer<typeof addressTally>

/**
 * The roles of addresses according to the evidence; the most important address of a role comes first. Roles without evidence are absent.
 */
export const addressRoles = z
  .object({
    /** The remote end of hostile activity: the source of an inbound attack, the destination of an outbound connection to a C2 server. */
    attacker: z.array(addressTally),
    /** The origin of connections and requests; behind a proxy, the client. */
    source: z.array(addressTally),
    destination: z.array(addressTally),
    /** Our own proxies that connections came through. */
    proxy: z.array(addressTally),
  })
  .partial()
  .meta({ id: 'AddressRoles' })
export type AddressRoles = z.infer<typeof addressRoles>

export const addressRoleNames = ['attacker', 'source', 'destination', 'proxy'] as const
export type AddressRole = (typeof addressRoleNames)[number]

const mostAddresses = 100

/**
 * Adds up the roles of detections or alerts. Addresses are ranked by their events, never by how they are written: external attackers come
 * before internal ones, and sources that attacked before other sources. Ties keep the order of the parts. With `Math.max`, parts that saw
 * the same events do not count them twice.
 */
export const mergeAddressRoles = (parts: readonly AddressRoles[], add = plus): AddressRoles => {
  const rank = (role: AddressRole) =>
    rankTallies(
      parts.flatMap((part) => part[role] ?? []),
      add,
    )
  const attackers = rank('attacker').sort((a, b) => Number(a.internal) - Number(b.internal))
  const place = new Map(attackers.map(({ ip }, index) => [ip, index]))
  const placeOf = ({ ip }: AddressTally) => place.get(ip) ?? attackers.length
  const attackersFirst = (tallies: AddressTally[]) => tallies.sort((a, b) => placeOf(a) - placeOf(b))
  return withoutEmpty({
    attacker: attackers,
    source: attackersFirst(rank('source')),
    destination: attackersFirst(rank('destination')),
    proxy: rank('proxy'),
  })
}

const plus = (a: number, b: number): number => a + b

const rankTallies = (tallies: readonly AddressTally[], add: typeof plus): AddressTally[] => {
  const sums = new Map<string, AddressTally>()
  for (const { ip, events, internal } of tallies) {
    const known = sums.get(ip)
    sums.set(ip, { ip, events: add(known?.events ?? 0, events), internal: internal || known?.internal === true })
  }
  return [...sums.values()].sort((a, b) => b.events - a.events)
}

const withoutEmpty = (roles: Readonly<Record<AddressRole, readonly AddressTally[]>>): AddressRoles =>
  Object.fromEntries(
    Object.entries(roles).flatMap(([role, tallies]) =>
      tallies.length > 0 ? [[role, tallies.slice(0, mostAddresses)]] : [],
    ),
  )

/** Scales the counts to whole numbers, for the part of a detection that is not counted yet. At least one event stays. */
export const scaleAddressRoles = (roles: AddressRoles, factor: number): AddressRoles =>
  Object.fromEntries(
    Object.entries(roles).map(([role, tallies = []]) => [
      role,
      tallies.map((tally) => ({ ...tally, events: Math.max(1, Math.round(tally.events * factor)) })),
    ]),
  )

const roleLabels = [
  ['attacker', 'Attacker'],
  ['source', 'Source'],
  ['destination', 'Destination'],
  ['proxy', 'Proxy'],
] as const

/** The known roles with their labels for people: the first address of each role, and the number of others. */
export const labelledRoles = (
  roles: AddressRoles = {},
): readonly { readonly role: AddressRole; readonly label: string; readonly value: string }[] =>
  roleLabels.flatMap(([role, label]) => {
    const value = describeAddresses(roles[role])
    return value === undefined ? [] : [{ role, label, value }]
  })

interface Described {
  readonly address_roles?: AddressRoles | undefined
  readonly observed?:
    | { readonly source_ip?: string | undefined; readonly destination_ip?: string | undefined }
    | undefined
}

/** The first address of a role; undefined when the evidence does not show the role. An address that the sender named takes precedence. */
export const addressIn = (role: AddressRole, { address_roles, observed }: Described): string | undefined => {
  const said = role === 'source' ? observed?.source_ip : role === 'destination' ? observed?.destination_ip : undefined
  return said ?? address_roles?.[role]?.[0]?.ip
}

/** Names the first address of a role and counts the others: `203.0.113.9 and 3 others`. */
const describeAddresses = (tallies: readonly AddressTally[] = []): string | undefined => {
  const [first, ...others] = tallies
  if (!first) return undefined
  if (others.length === 0) return first.ip
  const more = tallies.length === mostAddresses ? `at least ${others.length}` : String(others.length)
  return `${first.ip} and ${more} ${others.length === 1 ? 'other' : 'others'}`
}
