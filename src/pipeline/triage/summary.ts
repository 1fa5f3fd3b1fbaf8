import type { Alert } from '../../schema/alert/alert.ts'
import { addressesOf, entityValues, hostsOf, joinValues } from './named.ts'
import { isPrivileged, type RiskInput } from './risk.ts'
import type { Surroundings } from './surroundings.ts'
import { attackSucceeded } from './verdict.ts'

const longest = 600

/** Summarizes an alert in one or two sentences: the finding, and why it is severe. */
export const summaryOf = (alert: Alert, input: RiskInput, { intelligence, history }: Surroundings): string => {
  const bad = (intelligence?.indicators ?? []).filter(({ positives }) => positives > 0).map(({ ioc }) => ioc)
  const criticality = input.asset?.criticality
  const facts = [
    ...(attackSucceeded(alert) ? ['the login succeeded'] : []),
    ...(bad.length > 0 ? [`${joinValues(bad, '')} ${bad.length === 1 ? 'is' : 'are'} known to be malicious`] : []),
    ...(criticality === 'critical' || criticality === 'high'
      ? [`${joinValues(hostsOf(alert), 'the asset')} is of ${criticality} importance`]
      : []),
    ...(input.user && isPrivileged(input.user.title)
      ? [`${joinValues(entityValues(alert, 'user'), 'the account')} is privileged`]
      : []),
    ...(bad.length === 0 && input.network?.internal === false
      ? [`${joinValues(addressesOf(alert).outside, 'the address')} is external`]
      : []),
    ...(history && history.count > 0
      ? [`${history.count} similar ${history.count === 1 ? 'alert' : 'alerts'} came before it`]
      : []),
  ].slice(0, 3)
  const first = alert.sentence === '' ? alert.title : alert.sentence
  const second = facts.length === 0 ? '' : ` ${capital(joinValues(facts, ''))}.`
  return `${first}${second}`.trim().slice(0, longest)
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
