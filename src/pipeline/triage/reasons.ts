import { plural } from '../../lib/units/number.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { TriageClaim } from '../../schema/triage/triage-result.ts'
import type { Citations } from './citations.ts'
import { addressesOf, entityValues, hostsOf, joinValues } from './named.ts'
import { isPrivileged, type RiskInput } from './risk.ts'
import type { Surroundings } from './surroundings.ts'
import { attackSucceeded, isThin } from './verdict.ts'

const maxContributions = 3

type Reason = readonly [text: string, evidenceIds: readonly string[]]

interface Known {
  readonly alert: Alert
  readonly input: RiskInput
  readonly surroundings: Surroundings
  readonly cite: Citations
}

/** Returns the reasons for and against a threat, each with its evidence; at least one of each. */
export const claimsOn = (known: Known): TriageClaim[] => {
  const intelligence = known.surroundings.intelligence?.claims ?? []
  const claims = [
    ...toClaims('for', detectionReasons(known)),
    ...intelligence.filter(({ sign }) => sign === 'for'),
    ...toClaims('for', contextReasons(known)),
    ...toClaims('for', importedReasons(known, 'for')),
    ...toClaims('for', historyReasons(known)),
    ...toClaims('against', counterReasons(known)),
    ...toClaims('against', importedReasons(known, 'against')),
    ...intelligence.filter(({ sign }) => sign === 'against'),
  ]
  return claims.some(({ sign }) => sign === 'against')
    ? claims
    : [...claims, ...toClaims('against', [['no counter-evidence found', []]])]
}

const toClaims = (sign: TriageClaim['sign'], reasons: Iterable<Reason>): TriageClaim[] =>
  Array.from(reasons, ([text, ids]) => ({ sign, text, evidence_ids: [...new Set(ids)] }))

function* detectionReasons({ alert, cite }: Known): Generator<Reason> {
  const positive = alert.contributions.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)
  if (positive.length === 0) yield [alert.sentence, cite.lines()]
  for (const part of positive.slice(0, maxContributions)) yield [describe(part), cite.lines()]
  if (attackSucceeded(alert)) yield ['a login succeeded in the same sequence', cite.breakIn()]
  if (alert.detectors.length > 1) {
    yield [`${alert.detectors.length} detectors agree: ${alert.detectors.join(', ')}`, cite.lines()]
  }
}

/** Reasons from the context that the formula counts. */
function* contextReasons({ alert, input: { network, asset, user }, cite }: Known): Generator<Reason> {
  if (network?.internal === false) {
    const { outside } = addressesOf(alert)
    const text = outside.length === 1 ? `${outside[0]} is an external address` : 'external addresses are involved'
    yield [text, [...cite.context('network'), ...cite.lines(...outside)]]
  }
  if ((network?.reputation ?? 0) > 70) yield ['its network has a bad reputation', cite.context('network')]
  if (asset?.criticality === 'critical' || asset?.criticality === 'high') {
    const host = joinValues(hostsOf(alert), 'the asset')
    yield [`${host} is of ${asset.criticality} importance`, cite.context('asset')]
  }
  if (user && isPrivileged(user.title)) {
    yield [
      `${joinValues(entityValues(alert, 'user'), 'the account')} is privileged: ${user.title}`,
      cite.context('user'),
    ]
  }
}

function* importedReasons({ surroundings: { context }, cite }: Known, sign: TriageClaim['sign']): Generator<Reason> {
  for (const reason of context?.reasons ?? []) {
    if (reason.sign === sign) yield [reason.text, cite.context(reason.about)]
  }
}

function* historyReasons({ surroundings: { history }, cite }: Known): Generator<Reason> {
  if (!history || history.count === 0) return
  const real = history.confirmed > 0 ? `, ${history.confirmed} confirmed` : ''
  yield [`${plural(history.count, 'similar earlier alert')}${real}`, cite.similar()]
}

function* counterReasons({ alert, input, surroundings, cite }: Known): Generator<Reason> {
  for (const part of alert.contributions) if (part.weight < 0) yield [describe(part), cite.lines()]
  if (alert.learning) yield ['the baseline is still being learned', cite.lines()]
  else if (isThin(alert)) yield ['only one log line supports it', cite.lines()]
  if (input.network?.internal) {
    yield ['all addresses are internal', [...cite.context('network'), ...cite.lines(...entityValues(alert, 'ip'))]]
  }
  if (input.asset?.criticality === 'low') {
    yield [`${joinValues(hostsOf(alert), 'the asset')} is of low importance`, cite.context('asset')]
  }
  const { history } = surroundings
  if (history && history.dismissed > 0) {
    const all = history.count + history.dismissed
    yield [`people dismissed ${history.dismissed} of ${all} similar alerts`, cite.similar()]
  } else if (history?.count === 0) {
    yield ['no similar earlier alerts', []]
  }
}

const describe = ({ feature, value, usual }: Alert['contributions'][number]): string =>
  usual === '' ? `${feature}: ${value}` : `${feature}: ${value}, usually ${usual}`
