import { type Alert, isDismissed } from '../../schema/alert/alert.ts'
import { type Incident, isOpenIncident } from '../../schema/incident/incident.ts'
import { isNewsTo } from '../../schema/incident/settle-incident.ts'
import { severityRank } from '../../schema/severity.ts'
import { alertHost, attackersOf, entitiesOf } from './alert-facts.ts'

/** Whether alerts that belong together may join an incident with the given members. */
export type Admits = (newcomers: readonly Alert[], members: readonly Alert[]) => boolean

/**
 * Decides which alerts may join an incident. An incident in progress accepts any. One that is over, or whose alerts were all dismissed,
 * accepts only the same attacker: a decision about one attacker does not cover another on the same host. An alert with news that would
 * not notify anyone there opens its own incident.
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

/** Whether all alerts were dismissed one by one, although the incident is open. */
const isSpent = (members: readonly Alert[]): boolean =>
  members.length > 0 && members.every((alert) => alert.status === 'suppressed' || isDismissed(alert))

/** An open incident notifies its receivers only when it becomes more severe. */
const isMoreSevere = (alert: Alert, incident: Incident): boolean =>
  severityRank(alert.severity) > severityRank(incident.severity)

/** Whether other alerts show the same attacker. An alert without an attacker must share a host, if it has one. */
const isBySame = (alert: Alert, others: readonly Alert[]): boolean => {
  const attackers = [...attackersOf(alert)]
  if (attackers.length > 0) return others.some((other) => attackers.some((attacker) => shows(other, attacker)))
  const host = alertHost(alert)
  return host === undefined || others.some((other) => alertHost(other) === host)
}

const shows = (alert: Alert, attacker: string): boolean =>
  entitiesOf(alert).has(attacker) || attackersOf(alert).has(attacker)
