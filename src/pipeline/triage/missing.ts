import type { Alert } from '../../schema/alert.ts'
import { addressesOf, hostsOf, listed, valuesOf } from './named.ts'
import type { RiskInput } from './risk.ts'
import type { Surroundings } from './surroundings.ts'
import { wentThrough } from './verdict.ts'

/** Returns unknown facts that would help, the most useful first. */
export const missingOn = (
  alert: Alert,
  input: RiskInput,
  { intelligence, unanswered = [] }: Surroundings,
): string[] => {
  const hosts = hostsOf(alert)
  const users = valuesOf(alert, 'user')
  const { outside } = addressesOf(alert)
  return [
    ...unanswered,
    ...afterwards(alert),
    ...(intelligence?.missing ?? []),
    ...(!intelligence?.threatIntel && outside.length > 0 ? [`what others know of ${listed(outside, '')}`] : []),
    ...(hosts.length > 0 && !isTold(input.asset?.criticality) ? [`what depends on ${listed(hosts, '')}`] : []),
    ...(users.length > 0 && !isTold(input.user?.title) ? [`who ${listed(users, '')} is, and what they may do`] : []),
    ...(alert.learning ? [`what is usual on ${alert.stream}: that is still being learnt`] : []),
  ]
}

const isTold = (word: string | undefined): boolean => word !== undefined && word !== '' && word !== 'unknown'

/** Returns unknown facts about the consequences, which decide how severe an alert is. */
const afterwards = (alert: Alert): string[] => {
  const host = listed(hostsOf(alert), 'the host')
  const user = listed(valuesOf(alert, 'user'), 'the account')
  const after = alert.last_seen.slice(11, 16)
  switch (alert.type) {
    case 'brute_force':
      return wentThrough(alert)
        ? [`what was done on ${host} after the login`]
        : [`whether a login on ${host} succeeded after ${after}`]
    case 'unauthorized_access':
      return [`what ${user} did on ${host} after ${after}`]
    case 'malware':
      return [`the processes and connections of ${host} after ${after}`]
    case 'phishing':
      return [`whether ${user} followed the link or opened the file`]
    case 'data_exfiltration':
      return ['what left, how much of it, and whether it may']
    case 'ddos':
      return ['whether legitimate requests are still answered']
    default:
      return []
  }
}

/** Returns facts that would change the verdict: towards benign, or, for an alert with little evidence, towards malicious. */
export const wouldChange = (alert: Alert, suspects: boolean): string[] => {
  const { outside, inside } = addressesOf(alert)
  const address = listed(outside.length > 0 ? outside : inside, '')
  const host = listed(hostsOf(alert), '')
  const user = listed(valuesOf(alert, 'user'), '')
  if (suspects) {
    return [
      `a change ticket or a planned test that covers ${[host, user].filter((name) => name !== '').join(' and ') || 'this'}`,
      ...(address === '' ? [] : [`${address} being ours: a scanner, a VPN, a partner`]),
      ...(user === '' ? [] : [`the owner of ${user} saying that it was them`]),
    ]
  }
  return [
    'another detector that sees it too',
    ...(outside.length === 0 ? [] : [`a threat list that knows ${address}`]),
    ...(host === '' ? [] : [`the same on hosts besides ${host}`]),
  ]
}
