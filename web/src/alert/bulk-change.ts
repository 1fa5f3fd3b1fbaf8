import type { QueryClient } from '@tanstack/react-query'
import { answerOf, api, type Noun } from '../api/client.ts'
import { formatCount, plural } from '../parts/number.ts'
import { formatTime, timeZone } from '../parts/time.tsx'
import { toast, toastNotSaved } from '../parts/toast.tsx'
import { resolutionLabel } from './labels.ts'
import { offerUndo } from './undo.ts'

/** Alerts selected by their ids, or by a filter that the server evaluates as of a point in time. */
export type Selection =
  | { readonly ids: readonly string[] }
  | {
      readonly filter: string
      readonly from?: string
      readonly to?: string
      readonly as_of: string
      readonly exclude: readonly string[]
      /** The number of alerts shown to the user. */
      readonly count: number
    }

export type Change =
  | { readonly action: 'acknowledge' | 'reopen' }
  | { readonly action: 'assign'; readonly assignee: string | null }
  | { readonly action: 'close'; readonly resolution: Noun<'Resolution'>; readonly note?: string }

/** Alerts can also be snoozed until an ISO time. */
export type AlertChange = Change | { readonly action: 'snooze'; readonly until: string } | { readonly action: 'wake' }

export const countOf = (selection: Selection): number => ('ids' in selection ? selection.ids.length : selection.count)

/** Changes alerts in one request, shows the result and offers undo. Returns whether anything changed. */
export const changeAlerts = async (queries: QueryClient, selection: Selection, change: AlertChange): Promise<boolean> =>
  applyChange(queries, selection, change, 'alert', async () => {
    const target = 'ids' in selection ? { ids: [...selection.ids] } : withoutCount(selection)
    return answerOf(api.POST('/api/v1/alerts/bulk', { body: { ...target, ...change, wait: false } }))
  })

/** Incidents also have an investigation status. */
export type IncidentChange = Change | { readonly action: 'advance'; readonly status: Noun<'Incident'>['status'] }

/** Changes incidents like alerts. Closing an incident closes its alerts. */
export const changeIncidents = async (
  queries: QueryClient,
  ids: readonly string[],
  change: IncidentChange,
): Promise<boolean> =>
  applyChange(queries, { ids }, change, 'incident', async () =>
    answerOf(api.POST('/api/v1/incidents/bulk', { body: { ids: [...ids], ...change, wait: false } })),
  )

const withoutCount = ({ count: _, exclude, ...target }: Extract<Selection, { filter: string }>) => ({
  ...target,
  exclude: [...exclude],
})

const applyChange = async (
  queries: QueryClient,
  selection: Selection,
  change: AlertChange | IncidentChange,
  noun: 'alert' | 'incident',
  request: () => Promise<Noun<'ChangeReport'>>,
): Promise<boolean> => {
  try {
    const report = await request()
    const { decision_id } = report
    if (decision_id === null) {
      toast(`No changes${skipReason(report, noun)}.`, { ms: 6_000 })
      return false
    }
    offerUndo({ text: describe(selection, change, noun, report), undo: () => undoDecision(queries, decision_id) })
    if (report.pending > 0) void showProgress(queries, decision_id)
    return true
  } catch (error) {
    toastNotSaved(error)
    return false
  } finally {
    void refresh(queries)
  }
}

export const refresh = (queries: QueryClient) =>
  Promise.all(['queue', 'alerts', 'incidents', 'views'].map((key) => queries.invalidateQueries({ queryKey: [key] })))

/** Undoes a decision and describes the result. */
const undoDecision = async (queries: QueryClient, id: string): Promise<string> => {
  const { changed, skipped } = await answerOf(api.POST('/api/v1/decisions/{id}/undo', { params: { path: { id } } }))
  void refresh(queries)
  const kept = skipped.length > 0 ? ` Kept ${plural(skipped.length, 'later change')}.` : ''
  return `Undone: ${plural(changed, 'change')}.${kept}`
}

const progressMs = 700

/** Shows the progress of a large change until it is done. */
const showProgress = async (queries: QueryClient, id: string): Promise<void> => {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, progressMs))
    const { state, changed, skipped, matched } = await answerOf(
      api.GET('/api/v1/decisions/{id}', { params: { path: { id } } }),
    )
    if (state === 'running') {
      toast(`Updating: ${formatCount(changed + skipped)} of ${formatCount(matched)}…`, { ms: progressMs })
      continue
    }
    toast(
      state === 'done'
        ? `Updated ${formatCount(changed)} of ${formatCount(matched)}.`
        : `Stopped after ${formatCount(changed)} of ${formatCount(matched)}. Repeat the action for the rest.`,
      { error: state === 'stopped', ms: 6_000 },
    )
    await refresh(queries)
    return
  }
}

const describe = (
  selection: Selection,
  change: AlertChange | IncidentChange,
  noun: string,
  { matched, changed, pending, skipped }: Noun<'ChangeReport'>,
): string => {
  const expected = countOf(selection)
  const subject = plural(pending > 0 ? matched : changed, noun)
  const mismatch = matched === expected ? '' : ` Matched ${formatCount(matched)} instead of ${formatCount(expected)}.`
  const unchanged = skipped.length > 0 ? ` Skipped ${plural(skipped.length, noun)}.` : ''
  return `${describeChange(subject, change)}.${mismatch}${unchanged}`
}

const describeChange = (subject: string, change: AlertChange | IncidentChange): string => {
  switch (change.action) {
    case 'acknowledge':
      return `Acknowledged ${subject}, assigned to you`
    case 'reopen':
      return `Reopened ${subject}`
    case 'assign':
      return change.assignee === null ? `Unassigned ${subject}` : `Assigned ${subject} to ${change.assignee}`
    case 'advance':
      return `Set ${subject} to ${change.status}`
    case 'snooze':
      return `Snoozed ${subject} until ${formatTime(Date.parse(change.until), Date.now(), timeZone.get())}`
    case 'wake':
      return `Ended the snooze of ${subject}`
    case 'close':
      return `Closed ${subject} as ${resolutionLabel(change.resolution).toLowerCase()}`
  }
}

const skipReason = ({ skipped }: Noun<'ChangeReport'>, noun: string): string => {
  const [first] = skipped
  return first ? `: the ${skipped.length === 1 ? '' : 'first '}${noun} ${first.reason}` : ''
}
