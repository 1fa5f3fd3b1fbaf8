import type { Alert } from '../../schema/alert.ts'
import { severityRank } from '../../schema/severity.ts'

/** When an alert began and ended, read once: an alert is compared with many. */
const spans = new WeakMap<Alert, readonly [number, number]>()

const spanOf = (alert: Alert): readonly [number, number] => {
  const known = spans.get(alert)
  if (known) return known
  const span = [Date.parse(alert.first_seen), Date.parse(alert.last_seen)] as const
  spans.set(alert, span)
  return span
}

export const startsAt = (alert: Alert): number => spanOf(alert)[0]
export const endsAt = (alert: Alert): number => spanOf(alert)[1]

/** The host that an alert is about; where lines name none, the source stands for it. */
export const hostOf = ({ entities, source }: Alert): string =>
  entities.find(({ type }) => type === 'host')?.value ?? source

export const serviceOf = ({ entities }: Alert): string | undefined =>
  entities.find(({ type }) => type === 'service')?.value

/** Tells whether an alert is grave enough to be told to people on its own. */
export const isGrave = ({ severity }: Alert): boolean => severityRank(severity) >= severityRank('medium')

/** Orders alerts by when they began; ties are broken by id, so that the order in which they came does not matter. */
export const byStart = (a: Alert, b: Alert): number => startsAt(a) - startsAt(b) || (a.id < b.id ? -1 : 1)

/** Orders alerts by how much they matter, most first. */
export const byGravity = (a: Alert, b: Alert): number =>
  severityRank(b.severity) - severityRank(a.severity) ||
  (b.triage?.risk_score ?? 0) - (a.triage?.risk_score ?? 0) ||
  b.event_count - a.event_count ||
  b.score - a.score ||
  byStart(a, b)

/**
 * How many events alerts cover, at least: what the detector that saw most says, because several often see the same events.
 */
export const eventsOf = (alerts: readonly Alert[]): number => {
  const seen = new Map<string, number>()
  for (const { detectors, event_count } of alerts) {
    for (const detector of detectors) seen.set(detector, (seen.get(detector) ?? 0) + event_count)
  }
  return Math.max(0, ...seen.values())
}
