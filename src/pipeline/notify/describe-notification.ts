import type { Alert } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { severities } from '../../schema/severity.ts'
import type { PlannedMessage } from './notify.ts'
import type { NotificationContext } from './sink.ts'

/** The newest alerts of an incident are enough to find what to do next. */
const mostAlerts = 50

interface Sources {
  readonly notifications: { forIncident(incidentId: string): Promise<readonly PlannedMessage[]> }
  readonly alerts: { load(ids: readonly string[]): Promise<readonly Pick<Alert, 'triage'>[]> }
  readonly publicUrl: string | undefined
}

const urgency = ['critical', 'high', 'medium', 'low'] as const

/** Collects what a message to a receiver says beside the incident: verdict, next steps, and when the receiver was last notified. */
export const createDescribeNotification =
  ({ notifications, alerts, publicUrl }: Sources) =>
  async (incident: Incident, sink?: string): Promise<NotificationContext> => {
    const ids = incident.members.slice(-mostAlerts).map(({ alert_id }) => alert_id)
    const [loaded, messages] = await Promise.all([
      alerts.load(ids),
      sink === undefined ? [] : notifications.forIncident(incident.id),
    ])
    const [riskiest] = loaded
      .flatMap(({ triage }) => (triage ? [triage] : []))
      .sort((a, b) => b.risk_score - a.risk_score)
    const own = messages.filter((message) => message.sink === sink)
    const previous = lastSent(own)
    const receipt = own.findLast((message) => message.receipt)?.receipt
    return {
      ...(publicUrl !== undefined && { publicUrl }),
      ...(riskiest && {
        verdict: incident.verdict ?? riskiest.verdict,
        actions: riskiest.recommended_actions
          .toSorted((a, b) => urgency.indexOf(a.priority) - urgency.indexOf(b.priority))
          .map(({ action }) => action),
      }),
      ...(previous && { previous }),
      ...(receipt && { receipt }),
    }
  }

const lastSent = (messages: readonly PlannedMessage[]): NotificationContext['previous'] => {
  const [last] = messages
    .flatMap(({ status, created_at, sent_at, severity }) => {
      const known = severities.find((one) => one === severity)
      return status === 'sent' && sent_at !== null && known
        ? [{ planned: created_at, time: sent_at, severity: known }]
        : []
    })
    .sort((a, b) => b.time - a.time || b.planned - a.planned)
  return last
}
