import type { Alert } from './alert.ts'
import type { TriageResult } from './triage-result.ts'

/** What an alert is counted, sorted and filtered by: all of it but its evidence and its long lists. Every alert is one, too. */
export type AlertHead = Pick<
  Alert,
  | 'id'
  | 'status'
  | 'type'
  | 'severity'
  | 'score'
  | 'title'
  | 'sentence'
  | 'detectors'
  | 'source'
  | 'stream'
  | 'entities'
  | 'techniques'
  | 'count'
  | 'event_count'
  | 'first_seen'
  | 'last_seen'
  | 'created_at'
  | 'updated_at'
  | 'learning'
  | 'incident_id'
  | 'assignee'
  | 'resolution'
  | 'suppression_id'
  | 'snoozed_until'
> & {
  readonly triage: Pick<
    TriageResult,
    'risk_score' | 'risk_level' | 'verdict' | 'confidence' | 'requires_human_review'
  > | null
}

/** Takes an alert's head off it. */
export const headOf = ({ triage, ...alert }: Alert): AlertHead => ({
  id: alert.id,
  status: alert.status,
  type: alert.type,
  severity: alert.severity,
  score: alert.score,
  title: alert.title,
  sentence: alert.sentence,
  detectors: alert.detectors,
  source: alert.source,
  stream: alert.stream,
  entities: alert.entities,
  techniques: alert.techniques,
  count: alert.count,
  event_count: alert.event_count,
  first_seen: alert.first_seen,
  last_seen: alert.last_seen,
  created_at: alert.created_at,
  updated_at: alert.updated_at,
  learning: alert.learning,
  incident_id: alert.incident_id,
  assignee: alert.assignee,
  resolution: alert.resolution,
  suppression_id: alert.suppression_id,
  ...(alert.snoozed_until && { snoozed_until: alert.snoozed_until }),
  triage: triage && {
    risk_score: triage.risk_score,
    risk_level: triage.risk_level,
    verdict: triage.verdict,
    confidence: triage.confidence,
    requires_human_review: triage.requires_human_review,
  },
})
