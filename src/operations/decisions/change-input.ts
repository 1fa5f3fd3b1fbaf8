import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { day } from '../../lib/units/time.ts'
import { resolution } from '../../schema/alert/alert.ts'
import { incidentStatuses } from '../../schema/incident/incident.ts'
import { asOf } from '../alerts/search-alerts.ts'
import { timeRange } from '../paging.ts'
import { parseTime } from '../time.ts'
import type { RequestedChange } from './lifecycle.ts'

/** The input fields of a change. */
export const changeInput = {
  action: z
    .enum(['acknowledge', 'assign', 'close', 'reopen', 'advance'])
    .describe('The action. `close` needs a resolution, `assign` an assignee, `advance` a status.'),
  assignee: z.string().trim().min(1).max(100).nullable().optional().describe('The new assignee; null to unassign.'),
  resolution: resolution.optional().describe('The reason for closing.'),
  status: z.enum(incidentStatuses).optional().describe('The new status, for incidents only.'),
  note: z.string().trim().min(1).max(4_000).optional().describe('A note for the history.'),
}

/** The input of changes to alerts, which can also be snoozed. */
export const alertChangeInput = {
  ...changeInput,
  action: z
    .enum([...changeInput.action.options, 'snooze', 'wake'])
    .describe(
      'The action. `close` needs a resolution, `assign` an assignee, `snooze` an until. `advance` is for incidents only.',
    ),
  until: z.string().max(64).optional().describe('The end of the snooze: ISO 8601 or now+4h; at most 90 days.'),
}

/** The selected items: by id, or by a filter that the server applies. */
export const selector = {
  ids: z.array(z.string().max(100)).min(1).max(10_000).optional().describe('These.'),
  filter: z.string().max(4_000).optional().describe('Selects all current matches of this filter.'),
  exclude: z.array(z.string().max(100)).max(10_000).default([]).describe('Excludes these from the filter’s matches.'),
  ...timeRange,
  as_of: asOf,
}

/** Whether the answer waits for the whole bulk change. */
export const wait = z
  .boolean()
  .default(true)
  .describe('`false`: answer within a second and finish in the background, see /decisions/{id}.')

/** Parses a change; throws INVALID_REQUEST if a required field is missing. Times are in ms. */
export const readChange = ({ action, assignee, resolution, status, until }: Wanted, now: number): RequestedChange => {
  switch (action) {
    case 'assign':
      return { action, assignee: need(assignee, 'assignee', 'the new assignee, or null') }
    case 'close':
      return { action, resolution: need(resolution, 'resolution', 'true_positive, false_positive …') }
    case 'advance':
      return { action, status: need(status, 'status', 'investigating, contained …') }
    case 'snooze':
      return { action, until: readUntil(need(until, 'until', 'now+4h'), now) }
    default:
      return { action }
  }
}

interface Wanted {
  readonly action: RequestedChange['action']
  readonly assignee?: string | null | undefined
  readonly resolution?: z.infer<typeof resolution> | undefined
  readonly status?: (typeof incidentStatuses)[number] | undefined
  readonly until?: string | undefined
}

const longestSnooze = 90 * day

const readUntil = (text: string, now: number): string => {
  const until = parseTime(text, now, 'start', 'until')
  if (until > now && until <= now + longestSnooze) return new Date(until).toISOString()
  throw new AppError('INVALID_REQUEST', 'Alerts can be snoozed for at most 90 days.', {
    errors: [{ path: 'until', message: 'is past or more than 90 days ahead', hint: 'now+4h' }],
  })
}

const need = <Value>(value: Value | undefined, path: string, hint: string): Value => {
  if (value !== undefined) return value
  throw new AppError('INVALID_REQUEST', `The action needs "${path}".`, {
    errors: [{ path, message: 'is missing', hint }],
  })
}

/** Requires either ids or a filter. */
export const requireSelector = ({ ids, filter }: { ids?: unknown; filter?: unknown }): void => {
  if ((ids === undefined) !== (filter === undefined)) return
  throw new AppError('INVALID_REQUEST', 'Give either ids or a filter.', {
    errors: [
      { path: 'ids', message: 'give either ids or filter', hint: '{"filter":"severity:low","action":"close", …}' },
    ],
  })
}
