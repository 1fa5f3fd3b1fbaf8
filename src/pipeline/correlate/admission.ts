import { type Alert, isDismissed } from '../../schema/alert.ts'
import { type Incident, isOpenIncident } from '../../schema/incident.ts'
import { isNewsTo } from '../../schema/quiet-incident.ts'
import { severityRank } from '../../schema/severity.ts'
import { entitiesOf, hostOf } from './alert-facts.ts'

/** Whether alerts that belong together may join an incident, given the alerts that the incident has by now. */
export type Admits = (newcomers: readonly Alert[], members: readonly Alert[]) => boolean

/**
 * Decides which alerts may join an incident. Any may join one that people still work on. One that is over, or of which people dismissed
 * every alert, takes in only more of the same attacker: a decision about one attacker says nothing about the next one, however much of the
 * host or of the victim they share. News that would send no message there opens an incident of its own.
 */
export const admissionTo = (incident: Incident, members: readonly Alert[]): Admits => {
  const isOpen = isOpenIncident(incident)
  if (isOpen && !isSpent(members)) return () => true
  const sendsMessage = (newcomers: readonly Alert[], others: readonly Alert[]) =>
    !isOpen || !isSpent(others) || newcomers.some((alert) => isGraver(alert, incident))
  return (newcomers, others) =>
    newcomers.every((alert) => isBySame(alert, others)) &&
    (sendsMessage(newcomers, others) || !newcomers.some((alert) => isNewsTo(incident, alert)))
}

/** Whether nothing is left to do about any alert, although the incident is open: people closed its alerts one by one. */
const isSpent = (members: readonly Alert[]): boolean =>
  members.length > 0 && members.every((alert) => alert.status === 'suppressed' || isDismissed(alert))

/** Receivers get a message about an open incident only when it becomes more severe. */
const isGraver = (alert: Alert, incident: Incident): boolean =>
  severityRank(alert.severity) > severityRank(incident.severity)

/** Whether alerts show an attacker of this one. An alert that names none must be about a host of theirs, if it is about a host. */
const isBySame = (alert: Alert, others: readonly Alert[]): boolean => {
  const attackers = attackersOf(alert)
  if (attackers.length > 0) return others.some((other) => attackers.some((attacker) => names(other, attacker)))
  const host = hostOf(alert)
  return host === undefined || others.some((other) => hostOf(other) === host)
}

const names = (alert: Alert, key: string): boolean => entitiesOf(alert).has(key) || attackersOf(alert).includes(key)

/** The attackers that an alert shows, by entity type and value: addresses in the role, else any that is no victim, else domains, URLs and files. */
const attackersOf = ({ address_roles: roles = {}, observed, entities }: Alert): readonly string[] => {
  const said = observed?.source_ip === undefined ? [] : [observed.source_ip]
  const inRole = roles.attacker?.map(({ ip }) => ip) ?? [...said, ...(roles.source ?? []).map(({ ip }) => ip)]
  if (inRole.length > 0) return inRole.map((ip) => `ip ${ip}`)
  const ours = new Set([...(roles.destination ?? []), ...(roles.proxy ?? [])].map(({ ip }) => ip))
  if (observed?.destination_ip !== undefined) ours.add(observed.destination_ip)
  const keysOf = (...types: readonly string[]) =>
    entities
      .filter(({ type, value }) => types.includes(type) && !(type === 'ip' && ours.has(value)))
      .map(({ type, value }) => `${type} ${value}`)
  const addresses = keysOf('ip')
  return addresses.length > 0 ? addresses : keysOf('domain', 'url', 'hash')
}
