import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { day } from '../../lib/units/time.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Suppression } from '../../schema/suppression.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Predicate } from '../filter.ts'
import { alertFilter } from '../filter.ts'
import { parseTime } from '../time.ts'

/** The default duration of a suppression. */
const usualDays = 90

export const scope = z
  .string()
  .trim()
  .min(1)
  .max(4_000)
  .describe('A filter over alerts: `detector:template AND entity.host:web-01`.')
export const reason = z.string().trim().min(1).max(1_000).describe('The reason, for other analysts.')
export const expiry = {
  days: z.int().min(1).max(3_650).optional().describe('Days until the expiry. The default is 90.'),
  expires_at: z
    .union([z.string().max(64), z.null()])
    .optional()
    .describe('The expiry, instead of days; null means never.'),
}

/** The decisions of a person about the risks of a suppression. */
export const risks = {
  even_if_worse: z
    .boolean()
    .optional()
    .describe(
      'Whether to hide also what gets clearly worse: more severe, with a success such as a login, or five times as many events at once. By default such an alert comes back.',
    ),
  confirmed: z
    .boolean()
    .optional()
    .describe('Confirms that open alerts of high or critical severity, or with a success such as a login, are hidden.'),
}

/** Reads the scope of a suppression; refuses one that would hide every alert. */
export const readScope = (text: string, now: number): Predicate<Alert> => {
  const predicate = alertFilter(text, now, 'scope')
  if (!predicate.everything) return predicate
  throw new AppError('INVALID_REQUEST', 'This scope matches every alert.', {
    errors: [{ path: 'scope', message: 'matches everything', hint: 'detector:template AND entity.host:web-01' }],
  })
}

/** Calculates the end of a suppression; undefined if the input contains neither an end nor a duration. */
export const readExpiry = (
  { days, expires_at }: { readonly days?: number | undefined; readonly expires_at?: string | null | undefined },
  now: number,
): string | null | undefined => {
  if (days !== undefined && expires_at !== undefined) {
    throw new AppError('INVALID_REQUEST', 'Both days and expires_at were given.', {
      errors: [{ path: 'days', message: 'cannot be combined with expires_at', hint: 'Give one of them.' }],
    })
  }
  if (days !== undefined) return new Date(now + days * day).toISOString()
  if (expires_at === undefined || expires_at === null) return expires_at
  const end = parseTime(expires_at, now, 'end', 'expires_at')
  if (end > now) return new Date(end).toISOString()
  throw new AppError('INVALID_REQUEST', 'The suppression would end before it begins.', {
    errors: [{ path: 'expires_at', message: 'lies in the past', hint: 'Use now+30d, or null for never.' }],
  })
}

/** The default end of a suppression. */
export const usualExpiry = (now: number): string => new Date(now + usualDays * day).toISOString()

/** Finds a suppression; throws NOT_FOUND. */
export const requireSuppression = async (store: Store, id: string): Promise<Suppression> => {
  const found = await store.suppressions.get(id)
  if (found) return found
  throw new AppError('NOT_FOUND', `Suppression "${id}" not found.`, { hint: 'List the suppressions to see their IDs.' })
}

/** Writes down who changed a suppression, in the transaction of the change. */
export const auditSuppression = (
  store: Store,
  tx: Transaction,
  change: {
    readonly time: number
    readonly actor: string
    readonly action: string
    readonly before: Suppression | undefined
    readonly after: Suppression | undefined
  },
): Promise<void> =>
  store.audit.append(
    [
      {
        time: change.time,
        actor: change.actor,
        action: change.action,
        target_type: 'suppression',
        target_id: change.after?.id ?? change.before?.id ?? '',
        old_values: change.before ?? null,
        new_values: change.after ?? null,
      },
    ],
    tx,
  )
