import type { z } from 'zod'
import { triageResult } from '../triage/triage-result.ts'
import { type Alert, alert } from './alert.ts'

/** The fields that alerts are counted, sorted and filtered by: all but evidence and long lists. Every alert is also an index entry. */
export const alertIndexEntry = alert
  .pick({
    id: true,
    status: true,
    type: true,
    severity: true,
    score: true,
    title: true,
    sentence: true,
    detectors: true,
    source: true,
    stream: true,
    entities: true,
    techniques: true,
    rules: true,
    count: true,
    event_count: true,
    first_seen: true,
    last_seen: true,
    created_at: true,
    updated_at: true,
    learning: true,
    incident_id: true,
    assignee: true,
    resolution: true,
    suppression_id: true,
    snoozed_until: true,
  })
  .extend({
    triage: triageResult
      .pick({ risk_score: true, risk_level: true, verdict: true, confidence: true, requires_human_review: true })
      .nullable(),
  })
  .meta({ id: 'AlertHead' })
export type AlertIndexEntry = z.infer<typeof alertIndexEntry>

/** Returns the index entry of an alert. */
export const toAlertIndexEntry = ({ triage, ...alert }: Alert): AlertIndexEntry => ({
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
  ...(alert.rules && { rules: alert.rules }),
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
