import { z } from 'zod'
import { readLogEvent } from '../../lib/log-events/log-event.ts'
import type { JudgedEvent, LogModel } from '../../lib/log-events/log-events.ts'
import { threatTypes } from '../../lib/log-events/threat.ts'

/** An anomalous event in the format of the detection service. */
const anomaly = z.object({
  timestamp: z.string(),
  user: z.string(),
  source_ip: z.string(),
  dest_ip: z.string(),
  event_type: z.string(),
  action: z.string(),
  message: z.string(),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  anomaly_score: z.number(),
  threat_type: z.enum(threatTypes),
})

export const entryScores = z.object({
  status: z.literal('success'),
  total_events: z.int(),
  anomalies_detected: z.int(),
  anomaly_rate: z.number(),
  threshold: z.number(),
  anomalies: z.array(anomaly),
  /** Every event with its score, if requested. */
  events: z.array(anomaly.extend({ is_anomaly: z.boolean() })).optional(),
  /** Entries that were not scored because their time could not be parsed. */
  skipped_events: z.int(),
  processing_time_ms: z.number(),
})
export type EntryScores = z.infer<typeof entryScores>

/** Scores entries with a model and counts the ones that it could not score. */
export const scoreEntries = (
  model: LogModel,
  entries: readonly Readonly<Record<string, unknown>>[],
  returnAll = false,
): EntryScores => {
  const started = performance.now()
  const events = entries.flatMap((entry) => readLogEvent(entry) ?? [])
  const judged = model.judge(events)
  const odd = judged.filter(({ isAnomaly }) => isAnomaly)
  return {
    status: 'success',
    total_events: events.length,
    anomalies_detected: odd.length,
    anomaly_rate: events.length === 0 ? 0 : odd.length / events.length,
    threshold: model.threshold,
    anomalies: odd.map(present),
    ...(returnAll && { events: judged.map((one) => ({ ...present(one), is_anomaly: one.isAnomaly })) }),
    skipped_events: entries.length - events.length,
    processing_time_ms: performance.now() - started,
  }
}

const present = ({ event: { time: _, ...event }, score, threatType, severity }: JudgedEvent) => ({
  ...event,
  severity,
  anomaly_score: score,
  threat_type: threatType,
})
