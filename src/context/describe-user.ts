import type { AlertContext } from '../schema/inventory/context.ts'
import type { Person } from '../schema/inventory/person.ts'
import type { Networks } from './networks.ts'
import type { Subject } from './subject.ts'
import type { ContextReason, ContextTables } from './tables.ts'
import { formatHours, isUsualHour, type Usual, usualBefore } from './usual.ts'

/** The weight of each anomaly, in tenths. */
const anomalyWeights = { address: 5, hour: 3, host: 2 }
const maxListed = 3

export interface UserAnswer {
  readonly context: AlertContext
  readonly reasons: readonly ContextReason[]
  /** Titles and access levels of the known users, for the risk formula; undefined if none are known. */
  readonly title: string | undefined
}

/**
 * Describes the user of an alert, from the directory and from the usual logins. Of several, the first known one. Undefined if no user is
 * named.
 */
export const describeUser = (subject: Subject, tables: ContextTables): UserAnswer | undefined => {
  const { users } = subject
  const people = users.flatMap((name) => tables.people.find(name) ?? [])
  const name = users.find((candidate) => tables.people.find(candidate)) ?? users[0]
  if (name === undefined) return undefined
  const person = tables.people.find(name)
  const logins = tables.history.user(name)
  const usual = logins && usualBefore(logins, subject.at)
  const anomaly = usual?.settled ? findAnomaly(subject, usual) : undefined
  return {
    title: titleOf(people),
    context: {
      context_type: 'user',
      source: 'context-collector',
      confidence: person ? 0.9 : 0.1,
      data: {
        ...(person
          ? factsOf(person)
          : { user_id: name, username: name, access_level: 'unknown', error: `The user ${name} was not imported.` }),
        ...historyOf(usual, anomaly, tables.networks),
        ...(users.length > 1 && { other_users: users.filter((other) => other !== name) }),
      },
    },
    reasons: [
      ...(person && !person.is_active ? [reason('for', `the account ${name} is no longer active`)] : []),
      ...(usual ? reasonsOf(name, subject, usual, anomaly) : []),
    ],
  }
}

const titleOf = (people: readonly Person[]): string | undefined => {
  const titles = people.flatMap(({ title, access_level }) => [title, access_level]).flatMap((text) => text ?? [])
  return titles.length > 0 ? [...new Set(titles)].join(', ') : undefined
}

interface LoginAnomaly {
  readonly address: boolean
  readonly hour: boolean
  readonly host: boolean
}

/** The deviations from the usual behaviour. Without a usual value there is no deviation. */
const findAnomaly = ({ source, addresses, hosts, at }: Subject, usual: Usual): LoginAnomaly => {
  const from = [...(source === undefined ? [] : [source]), ...addresses]
  return {
    address: from.length > 0 && usual.addresses.length > 0 && !usual.addresses.some(({ name }) => from.includes(name)),
    hour: usual.hours.length > 0 && !isUsualHour(usual.hours, new Date(at).getUTCHours()),
    host: hosts.length > 0 && usual.hosts.length > 0 && !usual.hosts.some(({ name }) => hosts.includes(name)),
  }
}

const factsOf = ({ created_at, updated_at, title, ...person }: Person) => ({ ...person, role: title })

const historyOf = (usual: Usual | undefined, anomaly: LoginAnomaly | undefined, networks: Networks) => {
  const from = usual?.addresses.toSorted((a, b) => b.last - a.last)[0]?.name
  const countries = (usual?.addresses ?? []).flatMap(({ name }) => networks.lookUp(name)?.country ?? [])
  return {
    first_seen: usual ? new Date(usual.first).toISOString() : null,
    active_days: usual?.days ?? 0,
    login_history: {
      last_login: usual ? new Date(usual.last).toISOString() : null,
      last_location: from === undefined ? null : (networks.lookUp(from)?.country ?? null),
      last_ip: from ?? null,
      unusual_login: anomaly !== undefined && (anomaly.address || anomaly.hour),
    },
    behavior_profile: {
      typical_hours: [...(usual?.hours ?? [])],
      typical_locations: [...new Set(countries)],
      anomaly_score: anomaly ? weigh(anomaly) : 0,
    },
    usual_addresses: (usual?.addresses ?? []).map(({ name, days }) => ({ name, days })),
    usual_hosts: (usual?.hosts ?? []).map(({ name, days }) => ({ name, days })),
  }
}

/** Weighs the deviations, 0–1. */
const weigh = (anomaly: LoginAnomaly): number =>
  ((anomaly.address ? anomalyWeights.address : 0) +
    (anomaly.hour ? anomalyWeights.hour : 0) +
    (anomaly.host ? anomalyWeights.host : 0)) /
  10

const reason = (sign: ContextReason['sign'], text: string): ContextReason => ({ sign, text, about: 'user' })

function* reasonsOf(
  name: string,
  subject: Subject,
  usual: Usual,
  anomaly: LoginAnomaly | undefined,
): Generator<ContextReason> {
  const from = [subject.source, ...subject.addresses]
  const usualAddress = usual.addresses.find((association) => from.includes(association.name))
  if (usualAddress && usualAddress.days > 1) {
    yield reason('against', `${name} has logged in from ${usualAddress.name} on ${usualAddress.days} days`)
  }
  if (!anomaly) return
  const listed = usual.addresses.slice(0, maxListed).map((association) => association.name)
  if (anomaly.address) {
    yield reason(
      'for',
      `${name} usually logs in from ${listed.join(', ')}, and not from this address in ${usual.days} days`,
    )
  }
  if (anomaly.hour) {
    const time = new Date(subject.at).toISOString().slice(11, 16)
    yield reason('for', `${name} is usually active ${formatHours(usual.hours)}, this alert is from ${time}`)
  }
  if (anomaly.host) {
    yield reason('for', `${name} usually works on ${hostsOf(usual)}, not on ${subject.hosts[0]}`)
  }
}

const hostsOf = ({ hosts }: Usual): string =>
  hosts
    .slice(0, maxListed)
    .map((association) => association.name)
    .join(', ')
