import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { resolution } from '../../schema/alert.ts'
import { incidentStatuses } from '../../schema/incident.ts'
import { asOf } from '../alerts/search-alerts.ts'
import { timeRange } from '../paging.ts'
import { parseMoment } from '../time.ts'
import type { Change } from './lifecycle.ts'

/** What somebody asks to be done, as it comes in. */
export const changeInput = {
  action: z
    .enum(['acknowledge', 'assign', 'close', 'reopen', 'advance'])
    .describe('What to do. `close` needs a resolution, `assign` an assignee, `advance` a status.'),
  assignee: z.string().trim().min(1).max(100).nullable().optional().describe('Who takes it; null for nobody.'),
  resolution: resolution.optional().describe('What it turned out to be.'),
  status: z.enum(incidentStatuses).optional().describe('The status to advance to; of incidents only.'),
  note: z.string().trim().min(1).max(4_000).optional().describe('Why, for whoever reads it later.'),
}

/** The same of alerts, which can also be put aside for a while. */
export const alertChangeInput = {
  ...changeInput,
  action: z
    .enum([...changeInput.action.options, 'snooze', 'wake'])
    .describe(
      'What to do. `close` needs a resolution, `assign` an assignee, `snooze` an until; `advance` is of incidents only.',
    ),
  until: z.string().max(64).optional().describe('Until when it is snoozed: ISO 8601 or now+4h; at most 90 days.'),
}

/** Which ones: by id, or by a filter that the server applies. */
export const selector = {
  ids: z.array(z.string().max(100)).min(1).max(10_000).optional().describe('These.'),
  filter: z.string().max(4_000).optional().describe('Or all that match this filter now.'),
  exclude: z.array(z.string().max(100)).max(10_000).default([]).describe('But not these.'),
  ...timeRange,
  as_of: asOf,
}

/** Whether an answer waits for all of a change of many. */
export const wait = z
  .boolean()
  .default(true)
  .describe('`false`: answer within a second; what is left is done afterwards, see /decisions/{id}.')

/** Reads a change at a time, in ms; throws INVALID_REQUEST when its action lacks what it needs. */
export const readChange = ({ action, assignee, resolution, status, until }: Wanted, now: number): Change => {
  switch (action) {
    case 'assign':
      return { action, assignee: need(assignee, 'assignee', 'who takes it, or null') }
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
  readonly action: Change['action']
  readonly assignee?: string | null | undefined
  readonly resolution?: z.infer<typeof resolution> | undefined
  readonly status?: (typeof incidentStatuses)[number] | undefined
  readonly until?: string | undefined
}

const longestSnooze = 90 * 86_400_000

const readUntil = (text: string, now: number): string => {
  const until = parseMoment(text, now, 'start', 'until')
  if (until > now && until <= now + longestSnooze) return new Date(until).toISOString()
  throw new AppError('INVALID_REQUEST', 'An alert is snoozed until a moment within the next 90 days.', {
    errors: [{ path: 'until', message: 'is past, or too far away', hint: 'now+4h' }],
  })
}

const need = <Value>(value: Value | undefined, path: string, hint: string): Value => {
  if (value !== undefined) return value
  throw new AppError('INVALID_REQUEST', `The action needs "${path}".`, {
    errors: [{ path, message: 'is missing', hint }],
  })
}

/** Makes sure that exactly one way of saying which was used. */
export const requireSelector = ({ ids, filter }: { ids?: unknown; filter?: unknown }): void => {
  if ((ids === undefined) !== (filter === undefined)) return
  throw new AppError('INVALID_REQUEST', 'Say which: give either ids or a filter.', {
    errors: [
      { path: 'ids', message: 'give either ids or filter', hint: '{"filter":"severity:low","action":"close", …}' },
    ],
  })
}
