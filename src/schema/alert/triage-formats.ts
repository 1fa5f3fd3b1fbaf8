import { addressIn } from '../detection/address-roles.ts'
import type { Intelligence } from '../intelligence/intelligence.ts'
import type { AlertContext } from '../inventory/context.ts'
import { withoutPersonalData } from '../inventory/person.ts'
import type { TriageResult } from '../triage/triage-result.ts'
import type { Alert } from './alert.ts'

/** The id that the sender gave an alert; our id by default. */
export const senderIdOf = (alert: Alert): string => alert.observed?.external_id ?? alert.id

/** A triage result in the format of the triage agent, with the calculation of the risk. `seconds` is its duration. */
export const toTriageVerdict = (alert: Alert, triage: TriageResult, seconds: number) => {
  const { model } = triage
  const usesModel = model?.status === 'answered' || model?.status === 'cached'
  return {
    ...(usesModel && model.details),
    alert_id: senderIdOf(alert),
    risk_score: triage.risk_score,
    risk_level: triage.risk_level,
    verdict: triage.verdict,
    /** In percent, as in the format of the agent. */
    confidence: Math.round(triage.confidence * 100),
    reasoning: [triage.summary, ...triage.claims.map(({ sign, text }) => `${sign === 'for' ? '+' : '-'} ${text}`)].join(
      '\n',
    ),
    key_findings: triage.claims.filter(({ sign }) => sign === 'for').map(({ text }) => text),
    indicators_of_compromise: alert.entities
      .filter(({ type }) => ['ip', 'hash', 'url', 'domain'].includes(type))
      .map(({ value }) => value),
    recommended_actions: triage.recommended_actions,
    requires_human_review: triage.requires_human_review,
    review_reasons: triage.review_reasons,
    estimated_impact: `${triage.risk_level}: risk ${triage.risk_score} of 100, the asset is of ${triage.breakdown.asset_criticality.criticality} criticality`,
    breakdown: triage.breakdown,
    factors: triage.factors,
    calculated_at: triage.calculated_at,
    triaged_at: triage.calculated_at,
    processing_time_seconds: seconds,
    model_used: usesModel ? model.model : 'risk-formula',
    provider_used: usesModel ? model.provider : 'vedette',
    complexity_assessed: complexityOf(triage),
  }
}

const complexityOf = ({ breakdown }: TriageResult): 'high' | 'medium' =>
  breakdown.threat_intel.score > 70 || breakdown.asset_criticality.criticality === 'critical' ? 'high' : 'medium'

/** An alert as a SecurityAlert, with the original fields if it arrived as one. */
export const toSecurityAlert = (alert: Alert) => {
  const { raw_data, external_id: _, user_name, destination_ip: _destination, ...observed } = alert.observed ?? {}
  const source_ip = addressIn('source', alert)
  const destination_ip = addressIn('destination', alert)
  return {
    timestamp: alert.first_seen,
    title: alert.title,
    description: alert.sentence,
    source: alert.source,
    ...observed,
    ...(source_ip !== undefined && { source_ip }),
    ...(destination_ip !== undefined && { target_ip: destination_ip }),
    ...(user_name !== undefined && { user_id: user_name }),
    ...(typeof raw_data?.alert_id === 'string' ? raw_data : { raw_data }),
    alert_id: senderIdOf(alert),
    alert_type: alert.type,
    severity: alert.severity,
  }
}

/** The context and intelligence of an alert in the format of the services that enrich alerts. */
export const toEnrichment = (
  alert: Alert,
  contexts: readonly AlertContext[],
  intelligence: Pick<Intelligence, 'indicators' | 'threatIntel'> | undefined,
) => {
  const dataOf = (type: AlertContext['context_type']) =>
    contexts.find(({ context_type }) => context_type === type)?.data
  const user = dataOf('user')
  // A queue does not know the role of its readers, so personal data stays out.
  const parts = { source_network: dataOf('network'), asset: dataOf('asset'), user: user && withoutPersonalData(user) }
  const known = Object.fromEntries(Object.entries(parts).filter(([, data]) => data !== undefined))
  return {
    alert_id: senderIdOf(alert),
    enrichment_sources: Object.keys(known),
    ...known,
    threat_intel: {
      indicators: intelligence?.indicators ?? [],
      ...(intelligence?.threatIntel && {
        aggregate_score: intelligence.threatIntel.aggregateScore,
        total_sources: intelligence.threatIntel.sources,
        detected_by_count: intelligence.threatIntel.detectedBy,
      }),
    },
  }
}
