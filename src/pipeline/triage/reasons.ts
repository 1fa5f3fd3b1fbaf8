import type { Alert } from '../../schema/alert.ts'
import type { RiskInput } from './risk.ts'
import { isThin, wentThrough } from './verdict.ts'

const maxContributions = 3

/** Says in plain words what speaks for trouble (`+`) and what against it (`−`); at least one of each. */
export const reasonsFor = (alert: Alert, input: RiskInput): string[] => {
  const pros = [...prosOf(alert, input)].map((reason) => `+ ${reason}`)
  const cons = [...consOf(alert, input)].map((reason) => `− ${reason}`)
  return [...pros, ...(cons.length > 0 ? cons : ['− no counter-evidence found'])]
}

function* prosOf(alert: Alert, { threatIntel, network, similar, user }: RiskInput): Generator<string> {
  const telling = alert.contributions.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)
  if (telling.length === 0) yield alert.sentence
  for (const { feature, value, usual } of telling.slice(0, maxContributions)) {
    yield usual === '' ? `${feature}: ${value}` : `${feature}: ${value}, usually ${usual}`
  }
  if (wentThrough(alert)) yield 'a login succeeded in the same story'
  if (alert.detectors.length > 1) yield `${alert.detectors.length} detectors agree: ${alert.detectors.join(', ')}`
  if (threatIntel && threatIntel.detectedBy > 0) {
    yield `${threatIntel.detectedBy} of ${threatIntel.sources} threat lists know it`
  }
  if (network && !network.internal) yield 'an address from outside takes part'
  if (user) yield `the account is a ${user.title}`
  if (similar !== undefined && similar > 0) yield `${similar} similar ${similar === 1 ? 'alert' : 'alerts'} before`
}

function* consOf(alert: Alert, { network, similar, threatIntel }: RiskInput): Generator<string> {
  for (const { feature, value, usual, weight } of alert.contributions) {
    if (weight < 0) yield usual === '' ? `${feature}: ${value}` : `${feature}: ${value}, usually ${usual}`
  }
  if (alert.learning) yield 'what is usual here is still being learnt'
  else if (isThin(alert)) yield 'a single line bears it out'
  if (network?.internal) yield 'all addresses are internal'
  if (similar === 0) yield 'nothing like it was reported before'
  if (threatIntel && threatIntel.sources > 0 && threatIntel.detectedBy === 0) {
    yield `none of ${threatIntel.sources} threat lists knows it`
  }
}
