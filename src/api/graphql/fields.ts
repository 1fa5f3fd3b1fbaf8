import { countAlerts } from '../../operations/alerts/count-alerts.ts'
import { getAlert } from '../../operations/alerts/get-alert.ts'
import { getDetection } from '../../operations/alerts/get-detection.ts'
import { listAlerts } from '../../operations/alerts/list-alerts.ts'
import { listDetections } from '../../operations/alerts/list-detections.ts'
import { getEvent } from '../../operations/events/get-event.ts'
import { getTimeline } from '../../operations/events/get-timeline.ts'
import { listEvents } from '../../operations/events/list-events.ts'
import { getIncident } from '../../operations/incidents/get-incident.ts'
import { listIncidents } from '../../operations/incidents/list-incidents.ts'
import { getQuery } from '../../operations/query-results/get-query.ts'
import { listQueries } from '../../operations/query-results/list-queries.ts'
import { listQueryAnalyses } from '../../operations/query-results/list-query-analyses.ts'
import { getOverview } from '../../operations/status/get-overview.ts'
import type { AnyOperation } from '../ask.ts'
import type { Change } from '../change-feed.ts'

/** The dependencies of fields, for one request. */
export interface Asker {
  /** Runs an operation. The same call within a query returns the cached answer. */
  ask(operation: AnyOperation, input: object): Promise<unknown>
  /** Forgets the cached answers, so that the next access asks again. */
  forget(): void
  /** Yields changes since a moment, and new ones until the subscriber leaves; without a moment, only new ones. */
  changes(after: number | undefined): AsyncIterable<Change>
  /** The cursor of a returning subscriber; an argument takes precedence. */
  readonly lastSeen: number | undefined
  /** Records the subscriber's position. */
  reached(change: Change): void
  now(): number
}

/** A field of `Query`: its arguments are the operation's input. */
export interface QueryField {
  readonly field: string
  readonly operation: AnyOperation
  /** The name of its type: a noun of ours, or a name for an answer without one. */
  readonly type: string
}

export const queryFields: readonly QueryField[] = [
  { field: 'alert', operation: getAlert, type: 'Alert' },
  { field: 'alert_counts', operation: countAlerts, type: 'AlertCounts' },
  { field: 'alerts', operation: listAlerts, type: 'AlertPage' },
  { field: 'detection', operation: getDetection, type: 'Detection' },
  { field: 'detections', operation: listDetections, type: 'DetectionPage' },
  { field: 'event', operation: getEvent, type: 'EventInContext' },
  { field: 'events', operation: listEvents, type: 'EventPage' },
  { field: 'incident', operation: getIncident, type: 'Incident' },
  { field: 'incidents', operation: listIncidents, type: 'IncidentPage' },
  { field: 'overview', operation: getOverview, type: 'Overview' },
  { field: 'queries', operation: listQueries, type: 'GuardedQueries' },
  { field: 'query', operation: getQuery, type: 'GuardedQuery' },
  { field: 'query_analyses', operation: listQueryAnalyses, type: 'ResultAnalyses' },
  { field: 'timeline', operation: getTimeline, type: 'Timeline' },
]

/** A field that resolves related items with another operation, from a value of the parent. */
export interface LinkField {
  readonly on: string
  readonly field: string
  readonly operation: AnyOperation
  /** The property with the other's ID; without an ID, no operation runs. */
  readonly by: string
  /** The resolved item. Default: the property of the operation's answer with the name of the field. */
  readonly type?: string
  readonly description?: string
}

export const linkFields: readonly LinkField[] = [
  { on: 'Alert', field: 'context', operation: getAlert, by: 'id' },
  { on: 'Alert', field: 'detections', operation: getAlert, by: 'id' },
  { on: 'Alert', field: 'history', operation: getAlert, by: 'id' },
  { on: 'Alert', field: 'incident', operation: getIncident, by: 'incident_id', type: 'Incident' },
  {
    on: 'Evidence',
    field: 'event',
    operation: getEvent,
    by: 'event_id',
    type: 'Event',
    description: 'The event, until it expires.',
  },
  { on: 'Incident', field: 'alerts', operation: getIncident, by: 'id' },
  { on: 'Incident', field: 'history', operation: getIncident, by: 'id' },
]

/** A field of `Subscription`. */
export interface LiveField {
  readonly field: string
  readonly description: string
  readonly kind: Change['kind']
  readonly operation: AnyOperation
  readonly type: string
  /** Whether to report only changes that were made since. */
  readonly onlyNew: boolean
}

export const liveFields: readonly LiveField[] = [
  {
    field: 'alert_created',
    description: 'Every alert that is made from now on, once; after a reconnect perhaps once more.',
    kind: 'alert',
    operation: getAlert,
    type: 'Alert',
    onlyNew: true,
  },
  {
    field: 'incident_changed',
    description: 'Every incident that is made or changes from now on. A change may come twice: compare versions.',
    kind: 'incident',
    operation: getIncident,
    type: 'Incident',
    onlyNew: false,
  },
  {
    field: 'incident_created',
    description: 'Every incident that is made from now on, once; after a reconnect perhaps once more.',
    kind: 'incident',
    operation: getIncident,
    type: 'Incident',
    onlyNew: true,
  },
]
