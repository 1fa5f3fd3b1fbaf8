import type { Alert } from '../../schema/alert/alert.ts'
import type { AlertType } from '../../schema/detection/detection.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { nameAttackers } from '../../schema/incident/name-attackers.ts'
import { severityRank } from '../../schema/severity.ts'
import { byImportance } from './alert-facts.ts'
import { gotIn } from './title.ts'

/** Types in which an account without an address acts itself, rather than being attacked. */
const misuses: readonly AlertType[] = ['unauthorized_access', 'policy_violation', 'data_exfiltration']

/**
 * Returns the timeline step that further attackers joined an open incident: those with a severe alert of their own that were not there when
 * it opened and that no other alert of the incident mentions, such as one about a distributed attack or about the machine that now attacks.
 *
 * @param after the incident with all of its members
 */
export const anotherAttackerStep = (after: Incident, alerts: readonly Alert[], time: string): Incident['timeline'] => {
  const added = new Map(after.members.map(({ alert_id, added_at }) => [alert_id, added_at]))
  const isFirst = ({ id }: Alert) => Date.parse(added.get(id) ?? '') <= Date.parse(after.created_at)
  const announced = new Set(after.timeline.flatMap(({ attackers = [] }) => attackers))
  const others = new Map<string, Set<string | undefined>>()
  for (const alert of alerts) {
    const own = attackerOf(alert)
    for (const party of rolesIn(alert).parties) {
      const owners = others.get(party) ?? new Set()
      others.set(party, owners.add(own))
    }
    if (own !== undefined && isFirst(alert)) announced.add(own)
  }
  const isIn = alerts.some(gotIn)
  const joined = new Map<string, Alert>()
  for (const alert of alerts.filter(isHigh).sort(byImportance)) {
    const own = attackerOf(alert)
    if (own === undefined || announced.has(own) || joined.has(own)) continue
    const isMentioned = [...(others.get(own) ?? [])].some((owner) => owner !== own)
    // After a login, other accounts are the same attacker's.
    if (isMentioned || (isIn && addressesOf(alert).length === 0)) continue
    joined.set(own, alert)
  }
  const [lead] = joined.values()
  if (!lead) return []
  const attackers = [...joined.keys()]
  return [{ time, kind: 'change', text: `${nameAttackers(attackers)} (${lead.title})`, attackers, actor: 'vedette' }]
}

/** Returns the attackers of alerts that people put into an incident, so that they are not announced there. */
export const knownAttackers = (alerts: readonly Alert[]): Pick<Incident['timeline'][number], 'attackers'> => {
  const attackers = [...new Set(alerts.flatMap((alert) => attackerOf(alert) ?? []))]
  return attackers.length === 0 ? {} : { attackers }
}

const isHigh = ({ severity }: Alert): boolean => severityRank(severity) >= severityRank('high')

interface Roles {
  readonly attacker: string | undefined
  readonly parties: ReadonlySet<string>
}

/** A growing incident asks this of all its alerts again. */
const known = new WeakMap<Alert, Roles>()

const rolesIn = (alert: Alert): Roles => {
  const before = known.get(alert)
  if (before) return before
  const roles = { attacker: findAttacker(alert), parties: partiesOf(alert) }
  known.set(alert, roles)
  return roles
}

const attackerOf = (alert: Alert): string | undefined => rolesIn(alert).attacker

/** Returns the only attacker that an alert is about, if it came from there: an address, or else an account that acts. */
const findAttacker = (alert: Alert): string | undefined => {
  const addresses = addressesOf(alert)
  const users = alert.entities.flatMap(({ type, value }) => (type === 'user' ? value : []))
  const [only, ...more] = addresses.length > 0 ? addresses : misuses.includes(alert.type) ? users : []
  return more.length === 0 ? only : undefined
}

/** Returns the addresses that may have attacked. The far end of an outbound connection did not. */
const addressesOf = ({ address_roles: roles = {}, observed, entities }: Alert): readonly string[] => {
  const sources = new Set(
    [...(roles.source ?? []).map(({ ip }) => ip), observed?.source_ip].filter((ip) => ip !== undefined),
  )
  const targets = new Set([...(roles.destination ?? []), ...(roles.proxy ?? [])].map(({ ip }) => ip))
  const inbound = (ip: string) => sources.has(ip) || !(targets.has(ip) || ip === observed?.destination_ip)
  const attackers = (roles.attacker ?? []).map(({ ip }) => ip)
  if (attackers.length > 0) return attackers.filter(inbound)
  const all = sources.size > 0 ? sources : entities.flatMap(({ type, value }) => (type === 'ip' ? value : []))
  return [...new Set(all)].filter(inbound)
}

/** Returns the addresses and accounts that an alert mentions in any role. */
const partiesOf = ({ address_roles: roles = {}, entities }: Alert): ReadonlySet<string> =>
  new Set([
    ...Object.values(roles).flatMap((tallies = []) => tallies.map(({ ip }) => ip)),
    ...entities.flatMap(({ type, value }) => (type === 'ip' || type === 'user' ? value : [])),
  ])
