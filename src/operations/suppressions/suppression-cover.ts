import type { Alert } from '../../schema/alert/alert.ts'
import { showsSuccess } from '../../schema/detection/telling-evidence.ts'
import { moreSevere, severityRank } from '../../schema/severity.ts'
import type { Suppression, SuppressionCover } from '../../schema/suppression.ts'

/** How many times as many events at once are clearly worse. */
const worseBy = 5

/** The cover of a suppression that was created before anything matched it. */
const unseen: SuppressionCover = { severity: 'medium', success: false, most_events: null }

/** Summarizes the most severe of the alerts that a user marked as normal, and merges an earlier summary. */
export const coverOf = (alerts: readonly Alert[], before: SuppressionCover = unseen): SuppressionCover =>
  alerts.reduce(
    (worst, alert) => ({
      severity: worst.most_events === null ? alert.severity : moreSevere(worst.severity, alert.severity),
      success: worst.success || hasSuccess(alert),
      most_events: Math.max(worst.most_events ?? 0, eventsAtOnce(alert)),
    }),
    before,
  )

/** Returns the reason that an alert is clearly more severe than a suppression covers; undefined if it is not. */
export const outgrows = (alert: Alert, { covers, even_if_worse }: Suppression): string | undefined => {
  if (!covers || even_if_worse) return undefined
  if (hasSuccess(alert) && !covers.success) return 'something succeeded, such as a login'
  // Within the first day, more of the same is no surprise: it is not known yet how much is usual.
  const isSevere = severityRank(alert.severity) >= severityRank(covers.learnt ? 'high' : 'critical')
  if (isSevere && severityRank(alert.severity) > severityRank(covers.severity)) {
    return `severity ${alert.severity} instead of at most ${covers.severity}`
  }
  const events = latestEvents(alert)
  if (!covers.learnt || covers.most_events === null || events < leastWorse(covers.most_events)) return undefined
  return `${events} events at once instead of at most ${covers.most_events}`
}

/** Whether an alert shows that something succeeded, such as a login. */
export const hasSuccess = ({ evidence }: Alert): boolean => evidence.some(showsSuccess)

/** In addition to the factor, small counts need a difference that chance does not explain: six standard deviations. */
const leastWorse = (most: number): number => Math.max(worseBy * most, most + 6 * Math.sqrt(most + 1))

/** The largest number of events in one occurrence. */
const eventsAtOnce = ({ folded, event_count }: Alert): number =>
  folded && folded.length > 0 ? Math.max(...folded.map((one) => one.event_count)) : event_count

const latestEvents = ({ folded, event_count }: Alert): number =>
  folded && folded.length > 0
    ? folded.reduce((last, one) => (Date.parse(one.last_seen) >= Date.parse(last.last_seen) ? one : last)).event_count
    : event_count
