import { span } from '../../lib/units/duration.ts'
import { plural } from '../../lib/units/number.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { showsBreakIn, showsDeed } from '../../schema/detection/telling-evidence.ts'
import { alertHost, byImportance, byStart, endsAt, eventsOf, namesHost, serviceOf, startsAt } from './alert-facts.ts'

const longestTitle = 240

/** Returns the alert that names the incident: a successful break-in first, else the most severe. */
export const leadOf = (members: readonly Alert[]): Alert | undefined =>
  [...members].sort((a, b) => Number(gotIn(b)) - Number(gotIn(a)) || byImportance(a, b))[0]

/** Whether an alert shows a successful break-in. */
export const gotIn = ({ type, evidence }: Alert): boolean =>
  type === 'unauthorized_access' && evidence.some(showsBreakIn)

/** Returns the decisive time of an alert: for a break-in the login, not the first attempt. */
export const momentOf = (alert: Alert): number => {
  const shows = gotIn(alert) ? showsBreakIn : showsDeed
  const moments = alert.evidence.filter(shows).map(({ time }) => time)
  return moments.length === 0 ? startsAt(alert) : Math.min(...moments.map((time) => Date.parse(time)))
}

/** Returns the title of an incident: what happened, where, how much, and how it ended. */
export const incidentTitle = (members: readonly Alert[]): string => {
  const lead = leadOf(members)
  if (!lead) return 'An incident without alerts'
  const attack = members.filter(({ type }) => type === 'brute_force')
  if (attack.length > 0 && (gotIn(lead) || lead.type === 'brute_force'))
    return cut(loginTitle(lead, members), longestTitle)
  const others = members.length - 1
  const more = others > 0 ? `, and ${plural(others, 'related alert')}` : ''
  return cut(`${lead.title}${placeAfter(lead, members)}${more}`, longestTitle)
}

const loginTitle = (lead: Alert, members: readonly Alert[]): string => {
  const prefix = `${protocolOf(lead)} on ${placesOf(members) ?? 'an unnamed host'}`
  if (gotIn(lead)) {
    const after = actionsOf(members).map(({ title }) => `; then ${title.replace(/ after the guessed login$/, '')}`)
    return `${prefix} that ended in a login: ${lead.title}${after.join('')}`
  }
  const others = otherAddresses(lead, members)
  const from = others > 0 ? ` and ${plural(others, 'other address', 'other addresses')}` : ''
  const newLogin = members.filter(({ type }) => type === 'unauthorized_access').sort(byImportance)[0]
  return `${prefix}: ${lead.title}${from}${newLogin ? `; ${newLogin.title}` : ''}`
}

/** Returns the alerts about the activity after a break-in, in order of time. */
const actionsOf = (members: readonly Alert[]): readonly Alert[] =>
  members.filter(({ evidence }) => evidence.some(showsDeed)).sort(byStart)

const protocols: Readonly<Record<string, string>> = { sshd: 'SSH', ssh: 'SSH', ftpd: 'FTP', vsftpd: 'FTP' }

const protocolOf = (alert: Alert): string => {
  const service = serviceOf(alert)
  return service === undefined ? 'Brute force' : `${protocols[service.toLowerCase()] ?? service} brute force`
}

/** Counts further addresses in the attack; 0 if the lead alert covers many, because it lists only some of them. */
const otherAddresses = (lead: Alert, members: readonly Alert[]): number => {
  const addressesOf = ({ entities, address_roles }: Alert) =>
    address_roles?.attacker?.map(({ ip }) => ip) ??
    entities.flatMap(({ type, value }) => (type === 'ip' || type === 'domain' ? value : []))
  const own = new Set(addressesOf(lead))
  if (own.size > 1) return 0
  const attackers = members.filter(({ type }) => type === 'brute_force').flatMap(addressesOf)
  return new Set(attackers.filter((address) => !own.has(address))).size
}

/** Returns the host of the alerts, or the number of hosts. Logs that name no host are counted apart, because several may be of one machine. */
export const placesOf = (members: readonly Alert[]): string | undefined => {
  const hosts = new Set(members.flatMap((alert) => (namesHost(alert) ? (alertHost(alert) ?? []) : [])))
  const logs = new Set(members.flatMap((alert) => alertHost(alert) ?? [])).difference(hosts)
  const places = [...placeOrCount(hosts, 'host'), ...placeOrCount(logs, 'log')]
  return places.length === 0 ? undefined : places.join(' and ')
}

const placeOrCount = (places: ReadonlySet<string>, noun: string): readonly string[] =>
  places.size > 1 ? [plural(places.size, noun)] : [...places]

/** Returns the place, unless the title contains it. */
const placeAfter = (lead: Alert, members: readonly Alert[]): string => {
  const place = placesOf(members)
  const isNamed = [place, alertHost(lead)].some((host) => host !== undefined && lead.title.includes(host))
  return isNamed || place === undefined ? '' : ` on ${place}`
}

/** Explains an incident in a sentence or two: by its lead alert, and by what else belongs to it. */
export const incidentReason = (members: readonly Alert[]): string => {
  const lead = leadOf(members)
  if (!lead) return 'All of its alerts were moved to other incidents.'
  const rest = members.filter((alert) => alert !== lead)
  const actions = gotIn(lead) ? actionsOf(rest).slice(0, 2) : []
  const other = rest.filter(({ type }) => type !== lead.type).sort(byImportance)[0]
  const named = actions.length > 0 ? actions : other ? [other] : []
  const sentences = [lead, ...named].map(({ sentence }) => sentence)
  const further = rest.filter((alert) => !named.includes(alert))
  if (further.length > 0) sentences.push(describeFurther(members, further, named.length > 0))
  return sentences.join(' ')
}

const describeFurther = (members: readonly Alert[], further: readonly Alert[], named: boolean): string => {
  const first = Math.min(...members.map(startsAt))
  const last = Math.max(...members.map(endsAt))
  const events = eventsOf(further)
  const alerts = plural(further.length, named ? 'further alert' : 'other alert')
  const belongs = further.length === 1 ? 'belongs' : 'belong'
  return `${alerts} with ${plural(events, 'line')} ${belongs} to this incident, all within ${span(last - first)}.`
}

/** Cuts a text to a maximum length. */
export const cut = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text
