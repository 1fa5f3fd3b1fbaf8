import type { Alert } from '../../schema/alert/alert.ts'
import { addressesOf, entityValues, hostsOf, joinValues } from './named.ts'
import type { RiskInput } from './risk.ts'
import type { Surroundings } from './surroundings.ts'
import { attackSucceeded } from './verdict.ts'

/** Returns unknown facts that would help, the most useful first. */
export const missingOn = (
  alert: Alert,
  input: RiskInput,
  { intelligence, unanswered = [] }: Surroundings,
): string[] => {
  const hosts = hostsOf(alert)
  const users = entityValues(alert, 'user')
  const { outside } = addressesOf(alert)
  return [
    ...unanswered,
    ...afterwards(alert),
    ...(intelligence?.missing ?? []),
    ...(!intelligence?.threatIntel && outside.length > 0 ? [`threat intelligence on ${joinValues(outside, '')}`] : []),
    ...(hosts.length > 0 && !isKnown(input.asset?.criticality) ? [`criticality of ${joinValues(hosts, '')}`] : []),
    ...(users.length > 0 && !isKnown(input.user?.title) ? [`role and permissions of ${joinValues(users, '')}`] : []),
    ...(alert.learning ? [`a baseline for ${alert.stream}, which is still being learned`] : []),
  ]
}

const isKnown = (word: string | undefined): boolean => word !== undefined && word !== '' && word !== 'unknown'

/** Returns unknown facts about the consequences, which decide how severe an alert is. */
const afterwards = (alert: Alert): string[] => {
  const host = joinValues(hostsOf(alert), 'the host')
  const user = joinValues(entityValues(alert, 'user'), 'the account')
  const after = `${alert.last_seen.slice(11, 16)} UTC`
  switch (alert.type) {
    case 'brute_force':
      return attackSucceeded(alert)
        ? [`what was done on ${host} after the login`]
        : [`whether a login on ${host} succeeded after ${after}`]
    case 'unauthorized_access':
      return [`what ${user} did on ${host} after ${after}`]
    case 'malware':
      return [`the processes and connections of ${host} after ${after}`]
    case 'phishing':
      return [`whether ${user} followed the link or opened the file`]
    case 'data_exfiltration':
      return ['which data left, how much, and whether the transfer was authorized']
    case 'ddos':
      return ['whether legitimate requests still succeed']
    default:
      return []
  }
}

/** Returns facts that would change the verdict: towards benign, or, for an alert with little evidence, towards malicious. */
export const wouldChange = (alert: Alert, suspects: boolean): string[] => {
  const { outside, inside } = addressesOf(alert)
  const address = joinValues(outside.length > 0 ? outside : inside, '')
  const host = joinValues(hostsOf(alert), '')
  const user = joinValues(entityValues(alert, 'user'), '')
  if (suspects) {
    return [
      `a change ticket or a planned test that covers ${[host, user].filter((name) => name !== '').join(' and ') || 'this'}`,
      ...(address === '' ? [] : [`confirmation that ${address} is trusted, such as a scanner, VPN or partner`]),
      ...(user === '' ? [] : [`confirmation of the activity by the owner of ${user}`]),
    ]
  }
  return [
    'a detection by another detector',
    ...(outside.length === 0 ? [] : [`a threat intelligence match for ${address}`]),
    ...(host === '' ? [] : [`the same activity on hosts other than ${host}`]),
  ]
}
