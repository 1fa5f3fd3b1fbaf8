import { assessAlert } from '../../pipeline/triage/assess.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { type AlertType, alertTypes, type Entity, type Observed } from '../../schema/detection/detection.ts'
import { type Severity, severities } from '../../schema/severity.ts'
import type { TriageResult } from '../../schema/triage/triage-result.ts'

/** The source of alerts in our own format. */
const ownFormat = 'alerts'

const scores: Readonly<Record<Severity, number>> = { info: 0.15, low: 0.35, medium: 0.6, high: 0.85, critical: 0.95 }

/** An alert of an older system, in the words that all of them share. */
export interface FormerAlert {
  readonly id: string
  /** The system or part that it comes from: `alerts`, `log-detection`. */
  readonly source: string
  readonly type: string | null
  readonly severity: string | null
  readonly title: string
  readonly description: string
  readonly status: Alert['status']
  readonly assignee?: string | null
  readonly incidentId?: string | null
  /** In ms. */
  readonly receivedAt: number
  readonly updatedAt: number
  readonly observed: Observed
  readonly entities?: readonly Entity[]
}

/** A triage result of an older system. The other fields are calculated. */
export type FormerTriage = Partial<
  Pick<
    TriageResult,
    'risk_score' | 'risk_level' | 'confidence' | 'summary' | 'recommended_actions' | 'requires_human_review' | 'review'
  >
>

/**
 * Creates an alert with its triage result. It always has a result, because at its start Vedette would triage an alert without one, and
 * notify people of events of long ago.
 */
export const adoptAlert = (
  former: FormerAlert,
  triage: FormerTriage = {},
): Alert & { readonly triage: TriageResult } => {
  const { id, source, receivedAt, observed } = former
  const severity = severities.find((level) => level === former.severity?.toLowerCase()) ?? 'medium'
  const at = new Date(receivedAt).toISOString()
  const alert: Alert = {
    id,
    // An alert in our own format that its sender sends again has the same key.
    dedup_key: `${source === ownFormat ? `${ownFormat}/native` : source}: ${id}`,
    status: former.status,
    type: typeOf(former.type),
    severity,
    score: scores[severity],
    title: former.title,
    sentence: former.description,
    value: severity,
    usual: 'no alert',
    detectors: ['external'],
    source,
    stream: source,
    entities: [...(former.entities ?? entitiesOf(observed))],
    techniques: [],
    contributions: [{ feature: 'severity', value: severity, usual: 'no alert', weight: scores[severity] }],
    observed: { external_id: id, ...observed },
    evidence: [],
    count: 1,
    event_count: 1,
    detection_ids: [],
    first_seen: at,
    last_seen: at,
    created_at: at,
    updated_at: new Date(former.updatedAt).toISOString(),
    learning: false,
    incident_id: former.incidentId ?? null,
    assignee: former.assignee ?? null,
    resolution: resolutions[former.status] ?? null,
    suppression_id: null,
    triage: null,
    version: 1,
  }
  return { ...alert, triage: { ...assessAlert(alert, receivedAt), ...triage } }
}

const resolutions: Readonly<Partial<Record<Alert['status'], Alert['resolution']>>> = {
  resolved: 'other',
  false_positive: 'false_positive',
}

const typeOf = (text: string | null): AlertType => {
  const type = text?.toLowerCase() === 'denial_of_service' ? 'ddos' : text?.toLowerCase()
  return alertTypes.find((known) => known === type) ?? 'other'
}

const entitiesOf = (observed: Observed): readonly Entity[] => {
  const { source_ip, destination_ip, user_name, asset_id, file_hash, file_name, url, dns_query } = observed
  const pairs: readonly (readonly [Entity['type'], string | undefined])[] = [
    ['ip', source_ip],
    ['ip', destination_ip],
    ['user', user_name],
    ['asset', asset_id],
    ['hash', file_hash],
    ['file', file_name],
    ['url', url],
    ['domain', dns_query],
  ]
  return pairs.flatMap(([type, value]) => (value === undefined ? [] : [{ type, value }]))
}
