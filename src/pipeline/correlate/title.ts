import type { Alert } from '../../schema/alert.ts'
import { showsBreakIn, showsDeed } from '../../schema/telling-evidence.ts'
import { byGravity, byStart, endsAt, eventsOf, hostOf, serviceOf, startsAt } from './alert-facts.ts'
import { cut, plural, span } from './words.ts'

const longestTitle = 240

/** The alert that an incident is named after: the gravest, and among login attacks the one that got in. */
export const leadOf = (members: readonly Alert[]): Alert | undefined =>
  [...members].sort((a, b) => Number(gotIn(b)) - Number(gotIn(a)) || byGravity(a, b))[0]

/** Tells whether an alert shows that an attack got in. */
export const gotIn = ({ type, evidence }: Alert): boolean =>
  type === 'unauthorized_access' && evidence.some(showsBreakIn)

/** When it came to what an alert tells: an attack that got in is told by its end, not by its first try. */
export const momentOf = (alert: Alert): number => {
  const tells = gotIn(alert) ? showsBreakIn : showsDeed
  const moments = alert.evidence.filter(tells).map(({ time }) => time)
  return moments.length === 0 ? startsAt(alert) : Math.min(...moments.map((time) => Date.parse(time)))
}

/** Names an incident as a person would: what happened, where, how much, and how it ended. */
export const titleOf = (members: readonly Alert[]): string => {
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
  const head = `${protocolOf(lead)} on ${placesOf(members) ?? 'an unnamed host'}`
  if (gotIn(lead)) {
    const then = deedsOf(members).map(({ title }) => `; then ${title.replace(/ after the guessed login$/, '')}`)
    return `${head} that ended in a login: ${lead.title}${then.join('')}`
  }
  const others = otherAddresses(lead, members)
  const from = others > 0 ? ` and ${plural(others, 'other address', 'other addresses')}` : ''
  const guests = members.filter(({ type }) => type === 'unauthorized_access').sort(byGravity)[0]
  return `${head}: ${lead.title}${from}${guests ? `; ${guests.title}` : ''}`
}

/** The alerts that tell what was done by whoever got in, in order of time. */
const deedsOf = (members: readonly Alert[]): readonly Alert[] =>
  members.filter(({ evidence }) => evidence.some(showsDeed)).sort(byStart)

const protocols: Readonly<Record<string, string>> = { sshd: 'SSH', ssh: 'SSH', ftpd: 'FTP', vsftpd: 'FTP' }

const protocolOf = (alert: Alert): string => {
  const service = serviceOf(alert)
  return service === undefined ? 'Brute force' : `${protocols[service.toLowerCase()] ?? service} brute force`
}

/** How many addresses besides the lead's own took part in the attack; none when it tells of many, of which it names but some. */
const otherAddresses = (lead: Alert, members: readonly Alert[]): number => {
  const addressesOf = ({ entities, address_roles }: Alert) =>
    address_roles?.attacker?.map(({ ip }) => ip) ??
    entities.flatMap(({ type, value }) => (type === 'ip' || type === 'domain' ? value : []))
  const own = new Set(addressesOf(lead))
  if (own.size > 1) return 0
  const attackers = members.filter(({ type }) => type === 'brute_force').flatMap(addressesOf)
  return new Set(attackers.filter((address) => !own.has(address))).size
}

/** Where alerts happened: the host, or how many. */
export const placesOf = (members: readonly Alert[]): string | undefined => {
  const hosts = [...new Set(members.flatMap((alert) => hostOf(alert) ?? []))]
  return hosts.length === 1 ? hosts[0] : hosts.length > 1 ? `${hosts.length} hosts` : undefined
}

/** Where, unless the title says it already. */
const placeAfter = (lead: Alert, members: readonly Alert[]): string => {
  const place = placesOf(members)
  const told = [place, hostOf(lead)].some((host) => host !== undefined && lead.title.includes(host))
  return told || place === undefined ? '' : ` on ${place}`
}

/** Gives the cause in a sentence or two: what the gravest alert says, and what else belongs to it. */
export const reasonOf = (members: readonly Alert[]): string => {
  const lead = leadOf(members)
  if (!lead) return 'All of its alerts were moved to other incidents.'
  const rest = members.filter((alert) => alert !== lead)
  const deeds = gotIn(lead) ? deedsOf(rest).slice(0, 2) : []
  const other = rest.filter(({ type }) => type !== lead.type).sort(byGravity)[0]
  const named = deeds.length > 0 ? deeds : other ? [other] : []
  const said = [lead, ...named].map(({ sentence }) => sentence)
  const further = rest.filter((alert) => !named.includes(alert))
  if (further.length > 0) said.push(furtherWords(members, further, named.length > 0))
  return said.join(' ')
}

const furtherWords = (members: readonly Alert[], further: readonly Alert[], named: boolean): string => {
  const first = Math.min(...members.map(startsAt))
  const last = Math.max(...members.map(endsAt))
  const events = eventsOf(further)
  const alerts = plural(further.length, named ? 'further alert' : 'other alert')
  const belongs = further.length === 1 ? 'belongs' : 'belong'
  return `${alerts} with ${plural(events, 'line')} ${belongs} to it, all within ${span(last - first)}.`
}
