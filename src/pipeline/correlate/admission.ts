import { type Alert, isDismissed } from '../../schema/alert.ts'
import { type Incident, isOpenIncident } from '../../schema/incident.ts'
import { isNewsTo } from '../../schema/quiet-incident.ts'
import { severityRank } from '../../schema/severity.ts'
import { attackersOf, entitiesOf, hostOf } from './alert-facts.ts'

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
    !isOpen || !isSpent(others) || newcomers.some((alert) => isMoreSevere(alert, incident))
  return (newcomers, others) =>
    newcomers.every((alert) => isBySame(alert, others)) &&
    (sendsMessage(newcomers, others) || !newcomers.some((alert) => isNewsTo(incident, alert)))
}

/** Whether nothing is left to do about any alert, although the incident is open: people closed its alerts one by one. */
const isSpent = (members: readonly Alert[]): boolean =>
  members.length > 0 && members.every((alert) => alert.status === 'suppressed' || isDismissed(alert))

/** Receivers get a message about an open incident only when it becomes more severe. */
const isMoreSevere = (alert: Alert, incident: Incident): boolean =>
  severityRank(alert.severity) > severityRank(incident.severity)

/** Whether others show an attacker of this alert. An alert that shows none must be about a host of theirs, if it is about a host. */
const isBySame = (alert: Alert, others: readonly Alert[]): boolean => {
  const attackers = [...attackersOf(alert)]
  if (attackers.length > 0) return others.some((other) => attackers.some((attacker) => shows(other, attacker)))
  const host = hostOf(alert)
  return host === undefined || others.some((other) => hostOf(other) === host)
}

const shows = (alert: Alert, attacker: string): boolean =>
  entitiesOf(alert).has(attacker) || attackersOf(alert).has(attacker)
