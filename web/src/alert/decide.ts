import type { QueryClient } from '@tanstack/react-query'
import { answerOf, api, type Noun } from '../api/client.ts'
import { toProblem } from '../api/problem.ts'
import { formatCount, plural } from '../parts/number.ts'
import { formatTime, timeZone } from '../parts/time.tsx'
import { toast } from '../parts/toast.tsx'
import { remember } from './undo.ts'
import { resolutionWord } from './words.ts'

/** Which alerts are meant: some by their ids, or all that matched a filter at a moment, found by the server. */
export type Selection =
  | { readonly ids: readonly string[] }
  | {
      readonly filter: string
      readonly from?: string
      readonly to?: string
      readonly as_of: string
      readonly exclude: readonly string[]
      /** How many that are, as the person was told. */
      readonly count: number
    }

export type Change =
  | { readonly action: 'acknowledge' | 'reopen' }
  | { readonly action: 'assign'; readonly assignee: string | null }
  | { readonly action: 'close'; readonly resolution: Noun<'Resolution'>; readonly note?: string }

/** Alerts can also be put aside for a while: until an ISO time. */
export type AlertChange = Change | { readonly action: 'snooze'; readonly until: string } | { readonly action: 'wake' }

export const countOf = (selection: Selection): number => ('ids' in selection ? selection.ids.length : selection.count)

/** Changes alerts in one request, says what came of it and how to take it back. Returns whether anything was changed. */
export const decideAlerts = async (queries: QueryClient, selection: Selection, change: AlertChange): Promise<boolean> =>
  report(queries, selection, change, 'alert', async () => {
    const which = 'ids' in selection ? { ids: [...selection.ids] } : withoutCount(selection)
    return answerOf(api.POST('/api/v1/alerts/bulk', { body: { ...which, ...change, wait: false } }))
  })

/** What can be done to an incident: the same, and it climbs a ladder. */
export type IncidentChange = Change | { readonly action: 'advance'; readonly status: Noun<'Incident'>['status'] }

/** The same of incidents; closing one closes its alerts. */
export const decideIncidents = async (
  queries: QueryClient,
  ids: readonly string[],
  change: IncidentChange,
): Promise<boolean> =>
  report(queries, { ids }, change, 'incident', async () =>
    answerOf(api.POST('/api/v1/incidents/bulk', { body: { ids: [...ids], ...change, wait: false } })),
  )

const withoutCount = ({ count: _, exclude, ...which }: Extract<Selection, { filter: string }>) => ({
  ...which,
  exclude: [...exclude],
})

const report = async (
  queries: QueryClient,
  selection: Selection,
  change: AlertChange | IncidentChange,
  noun: 'alert' | 'incident',
  ask: () => Promise<Noun<'ChangeReport'>>,
): Promise<boolean> => {
  try {
    const answer = await ask()
    const { decision_id } = answer
    if (decision_id === null) {
      toast(`Nothing was changed${reasonOf(answer)}.`, { ms: 6_000 })
      return false
    }
    remember({ text: textOf(selection, change, noun, answer), undo: () => undoDecision(queries, decision_id) })
    if (answer.pending > 0) void follow(queries, decision_id)
    return true
  } catch (error) {
    const { message, hint } = toProblem(error)
    toast([message, hint].filter(Boolean).join(' '), { error: true })
    return false
  } finally {
    void refresh(queries)
  }
}

const refresh = (queries: QueryClient) =>
  Promise.all(['queue', 'alerts', 'incidents', 'views'].map((key) => queries.invalidateQueries({ queryKey: [key] })))

/** Takes a decision back; answers what became of it. */
const undoDecision = async (queries: QueryClient, id: string): Promise<string> => {
  const { changed, skipped } = await answerOf(api.POST('/api/v1/decisions/{id}/undo', { params: { path: { id } } }))
  void refresh(queries)
  const left = skipped.length > 0 ? `; ${plural(skipped.length, 'other')} changed since and stay` : ''
  return `Taken back: ${plural(changed, 'change')}${left}.`
}

const followMs = 700

/** Tells how far a large change has come, until it is done. */
const follow = async (queries: QueryClient, id: string): Promise<void> => {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, followMs))
    const { state, changed, skipped, matched } = await answerOf(
      api.GET('/api/v1/decisions/{id}', { params: { path: { id } } }),
    )
    if (state === 'running') {
      toast(`${formatCount(changed + skipped)} of ${formatCount(matched)} done…`, { ms: followMs })
      continue
    }
    toast(
      state === 'done'
        ? `Done: ${formatCount(changed)} of ${formatCount(matched)} changed.`
        : `Stopped after ${formatCount(changed)} of ${formatCount(matched)}. Do it again for the rest.`,
      { error: state === 'stopped', ms: 6_000 },
    )
    await refresh(queries)
    return
  }
}

const textOf = (
  selection: Selection,
  change: AlertChange | IncidentChange,
  noun: string,
  { matched, changed, pending, skipped }: Noun<'ChangeReport'>,
): string => {
  const expected = countOf(selection)
  const many = plural(pending > 0 ? matched : changed, noun)
  const mismatch = matched === expected ? '' : ` ${formatCount(matched)} matched, not ${formatCount(expected)}.`
  const left = skipped.length > 0 ? ` ${plural(skipped.length, 'other')} left as it was.` : ''
  return `${doneTo(many, change)}.${mismatch}${left}`
}

const doneTo = (many: string, change: AlertChange | IncidentChange): string => {
  switch (change.action) {
    case 'acknowledge':
      return `Acknowledged ${many}; yours now`
    case 'reopen':
      return `Reopened ${many}`
    case 'assign':
      return change.assignee === null ? `Took ${many} off its assignee` : `Assigned ${many} to ${change.assignee}`
    case 'advance':
      return `Set ${many} to ${change.status}`
    case 'snooze':
      return `Snoozed ${many} until ${formatTime(Date.parse(change.until), Date.now(), timeZone.get())}`
    case 'wake':
      return `Brought ${many} back`
    case 'close':
      return `Closed ${many} as ${resolutionWord(change.resolution)}`
  }
}

const reasonOf = ({ skipped }: Noun<'ChangeReport'>): string => {
  const [first] = skipped
  return first ? `: ${skipped.length === 1 ? 'it' : 'the first'} ${first.reason}` : ''
}
