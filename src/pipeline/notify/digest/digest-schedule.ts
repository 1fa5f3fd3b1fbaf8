import { z } from 'zod'
import { hour } from '../../../lib/units/time.ts'
import { digestPeriods } from '../../../schema/digest.ts'
import type { PlannedMessage } from '../notify.ts'
import { isInHours, startOfHours, weekdays, weeklyHours } from '../weekly-hours.ts'

/** How late a digest may be sent, such as after a restart. */
const latest = 12 * hour

/** A digest in the configuration. */
export const digestOptions = z
  .strictObject({
    period: z.enum(digestPeriods).default('week').describe('`day` or `week`.'),
    on: z.enum(weekdays).default('mon').describe('The day on which a weekly digest is sent.'),
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'use HH:MM')
      .default('08:00')
      .describe('The time at which it is sent.'),
    time_zone: weeklyHours.shape.time_zone,
    to: z.array(z.string().min(1)).min(1).describe('The names of receivers.'),
  })
  .meta({ id: 'DigestOptions' })
export type DigestOptions = z.output<typeof digestOptions>

/** The id of all messages with a digest, in place of an incident's. */
export const digestId = 'digest'

/** Plans the digests that are due at a moment, in ms: each once, also across processes, because its id says which one it is. */
export const planDigests = (digests: readonly DigestOptions[], now: number): PlannedMessage[] =>
  digests.flatMap(({ period, on, at, time_zone, to }) => {
    const due = lastDue({ period, on, at, time_zone }, now)
    if (due === undefined) return []
    return to.map((sink) => ({
      id: ['digest', period, new Date(due).toISOString(), sink].join('/'),
      incident_id: digestId,
      sink,
      reason: digestId,
      severity: 'info',
      status: 'pending' as const,
      attempts: 0,
      next_attempt_at: now,
      last_error: null,
      created_at: now,
      sent_at: null,
    }))
  })

/** Reads back what a planned digest is about. */
export const readDigestId = (id: string): { readonly period: DigestOptions['period']; readonly to: number } => {
  const [, period, time = ''] = id.split('/')
  return { period: period === 'day' ? 'day' : 'week', to: Date.parse(time) }
}

const lastDue = ({ period, on, at, time_zone }: Omit<DigestOptions, 'to'>, now: number): number | undefined => {
  const [hours = 0, minutes = 0] = at.split(':').map(Number)
  const end = (hours + latest / hour) % 24
  const window = weeklyHours.parse({
    ...(period === 'week' && { days: [on] }),
    from: at,
    to: `${String(end).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`,
    time_zone,
  })
  return isInHours(window, now) ? startOfHours(window, now) : undefined
}
