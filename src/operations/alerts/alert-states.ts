import { alertStatuses, openAlertStatuses } from '../../schema/alert/alert.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import { type AlertState, alertStates } from '../../store/alerts/alert-memory.ts'
import type { AlertPredicate } from '../filter.ts'

type Status = AlertIndexEntry['status']

const openStatuses: ReadonlySet<Status> = new Set(openAlertStatuses)

/** Returns the alert states that can satisfy all terms, so that the others need not be read. */
export const statesOf = (parts: readonly AlertPredicate[], status?: Status): readonly AlertState[] => {
  const tests = parts.flatMap(({ fields, byIndex }) =>
    byIndex && byIndex.words.length === 0 && fields.length > 0 && fields.every(isAboutStatus)
      ? [byIndex.bind(() => false)]
      : [],
  )
  const possible = alertStatuses.filter(
    (one) =>
      (status === undefined || one === status) &&
      [placeholder, snoozedAlert].some((alert) => tests.every((test) => test({ ...alert, status: one }))),
  )
  return alertStates.filter((state) => possible.some((one) => openStatuses.has(one) === (state === 'open')))
}

const isAboutStatus = (field: string): boolean => field === 'status' || field === 'open' || field === 'snoozed'

/** An alert reduced to its status. */
const placeholder: AlertIndexEntry = {
  id: '',
  status: 'new',
  type: 'other',
  severity: 'info',
  score: 0,
  title: '',
  sentence: '',
  detectors: [],
  source: '',
  stream: '',
  entities: [],
  techniques: [],
  count: 0,
  event_count: 0,
  first_seen: '',
  last_seen: '',
  created_at: '',
  updated_at: '',
  learning: false,
  incident_id: null,
  assignee: null,
  resolution: null,
  suppression_id: null,
  triage: null,
}

const snoozedAlert: AlertIndexEntry = { ...placeholder, snoozed_until: '2100-01-01T00:00:00.000Z' }
