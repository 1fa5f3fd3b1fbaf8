import { type Alert, openAlertStatuses, type Resolution } from '../../schema/alert/alert.ts'
import { type Incident, type incidentStatuses, isOpenIncident, withStatus } from '../../schema/incident/incident.ts'

export type IncidentStatus = (typeof incidentStatuses)[number]

/** A requested change of an alert or incident. */
export type RequestedChange =
  | { readonly action: 'acknowledge' }
  | { readonly action: 'assign'; readonly assignee: string | null }
  | { readonly action: 'close'; readonly resolution: Resolution }
  | { readonly action: 'reopen' }
  | { readonly action: 'advance'; readonly status: IncidentStatus }
  /** Snoozes an alert until a time, ISO 8601; `wake` ends the snooze. */
  | { readonly action: 'snooze'; readonly until: string }
  | { readonly action: 'wake' }
  /** Resolves an alert because its incident is over, without a resolution. */
  | { readonly action: 'resolve' }

interface Circumstances {
  readonly actor: string
  /** ISO 8601. */
  readonly now: string
}

/** The changed item, or the reason that it was skipped. */
export type ChangeOutcome<Item> = { readonly item: Item } | { readonly skipped: string }

export const isOpenAlert = ({ status }: Pick<Alert, 'status'>): boolean =>
  openAlertStatuses.some((open) => open === status)

/** Changes the status of an alert. Skips an alert that already has it, so repeated requests change nothing. */
export const changeAlert = (
  alert: Alert,
  change: RequestedChange,
  { actor, now }: Circumstances,
): ChangeOutcome<Alert> => {
  const next = (values: Partial<Alert>) => ({
    item: { ...alert, ...values, updated_at: now, version: alert.version + 1 },
  })
  const open = isOpenAlert(alert)
  switch (change.action) {
    case 'acknowledge':
      if (!open) return { skipped: `is ${alert.status}` }
      if (alert.status === 'investigating' && !alert.snoozed_until) return { skipped: 'is already acknowledged' }
      return next({ status: 'investigating', assignee: alert.assignee ?? actor, ...awake(alert) })
    case 'assign':
      return alert.assignee === change.assignee
        ? { skipped: 'already has this assignee' }
        : next({ assignee: change.assignee })
    case 'close':
      if (!open && alert.status !== 'suppressed' && alert.resolution === change.resolution)
        return { skipped: 'is already closed with this resolution' }
      return next({
        status: change.resolution === 'false_positive' ? 'false_positive' : 'resolved',
        resolution: change.resolution,
        assignee: alert.assignee ?? actor,
        ...awake(alert),
      })
    case 'snooze':
      if (!open) return { skipped: `is ${alert.status}` }
      if (alert.snoozed_until === change.until) return { skipped: 'is already snoozed until then' }
      return next({ snoozed_until: change.until })
    case 'wake':
      return alert.snoozed_until ? next({ snoozed_until: null }) : { skipped: 'is not snoozed' }
    case 'reopen':
      return open
        ? { skipped: 'is open' }
        : next({ status: alert.triage ? 'triaged' : 'new', resolution: null, suppression_id: null })
    case 'resolve':
      return open ? next({ status: 'resolved', ...awake(alert) }) : { skipped: `is ${alert.status}` }
    case 'advance':
      return { skipped: 'has no such status' }
  }
}

const awake = ({ snoozed_until }: Alert): Partial<Alert> => (snoozed_until ? { snoozed_until: null } : {})

/** A person's decision replaces the suppression's. */
const unsuppressed = ({ suppression_id }: Incident): Partial<Incident> =>
  suppression_id ? { suppression_id: null } : {}

/** Changes the status of an incident: open → investigating → contained → eradicated → resolved → closed, skipping allowed. */
export const changeIncident = (
  incident: Incident,
  change: RequestedChange,
  { actor, now }: Circumstances,
): ChangeOutcome<Incident> => {
  const next = ({ status = incident.status, ...values }: Partial<Incident>) => ({
    item: { ...withStatus(incident, status, now), ...values, updated_at: now, version: incident.version + 1 },
  })
  if (incident.merged_into !== null && change.action !== 'assign')
    return { skipped: 'was merged into another incident' }
  const open = isOpenIncident(incident)
  switch (change.action) {
    case 'acknowledge':
      if (!open) return { skipped: `is ${incident.status}` }
      if (incident.status !== 'open') return { skipped: 'is already acknowledged' }
      return next({ status: 'investigating', assignee: incident.assignee ?? actor })
    case 'assign':
      return incident.assignee === change.assignee
        ? { skipped: 'already has this assignee' }
        : next({ assignee: change.assignee })
    case 'close':
      return !open && !incident.suppression_id && incident.resolution === change.resolution
        ? { skipped: 'is already closed with this resolution' }
        : next({
            status: 'closed',
            resolution: change.resolution,
            assignee: incident.assignee ?? actor,
            ...unsuppressed(incident),
          })
    case 'reopen':
      return open ? { skipped: 'is open' } : next({ status: 'open', resolution: null, ...unsuppressed(incident) })
    case 'resolve':
      return open ? next({ status: 'resolved' }) : { skipped: `is ${incident.status}` }
    case 'snooze':
    case 'wake':
      return { skipped: 'is an incident; only alerts can be snoozed' }
    case 'advance':
      if (incident.status === change.status) return { skipped: `is already ${change.status}` }
      if (!open) return { skipped: `is ${incident.status}; reopen it first` }
      if (change.status === 'closed') return { skipped: 'needs a resolution' }
      return next({ status: change.status, assignee: incident.assignee ?? actor })
  }
}
