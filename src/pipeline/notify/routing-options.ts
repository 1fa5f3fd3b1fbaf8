import { z } from 'zod'
import { duration } from '../../lib/units/duration.ts'
import { plural } from '../../lib/units/number.ts'
import { parseDuration } from '../../lib/units/quantity.ts'
import { severity } from '../../schema/severity.ts'
import { alertMatch } from './alert-match.ts'
import { describeHours, weeklyHours } from './weekly-hours.ts'

/** A duration such as `15m`, in ms. */
const span = (least: number) =>
  z.union([z.string(), z.number()], { error: 'expected a duration such as 15m' }).transform((value, context) => {
    const amount = parseDuration(String(value))
    if (amount !== undefined && amount >= least) return amount
    const reason = amount === undefined ? 'is not a duration; examples: 30s, 15m, 12h' : 'is too short'
    context.addIssue({ code: 'custom', message: `"${value}" ${reason}` })
    return z.NEVER
  })

const longestText = 200

/** The options that every receiver has, beside those of its type. */
export const routingOptions = {
  min_severity: severity.default('medium').describe('The lowest severity of incidents to send.'),
  only: alertMatch
    .optional()
    .describe('A filter on alerts. Incidents of which no alert matches are not sent: `host:web-* AND tag:payments`.'),
  hours: weeklyHours
    .optional()
    .describe(
      'Sends only during these hours: `{ days: [mon, fri], from: "08:00", to: "18:00", time_zone: Europe/Berlin }`.',
    ),
  quiet_hours: weeklyHours
    .safeExtend({ unless: severity.default('critical').describe('Incidents from this severity on are sent at once.') })
    .optional()
    .describe('Messages wait until the end of these hours. Incidents from the severity `unless` on are sent at once.'),
  escalate_after: span(1_000)
    .optional()
    .describe('Sends only if nobody acknowledged the incident within this time: `15m`.'),
  group: span(1_000).optional().describe('Collects messages for this long and sends them as one: `2m`.'),
  limit: z
    .strictObject({
      messages: z.int().min(1).max(10_000).describe('The number of messages.'),
      per: span(1_000).describe('The period, such as `10m`.'),
    })
    .optional()
    .describe('The rate above which messages are combined, 20 in 10 minutes by default: `{ messages: 5, per: 1h }`.'),
}

/** A period without messages, once or every week. */
export const maintenanceWindow = z
  .strictObject({
    name: z.string().min(1).max(longestText).describe('The name.'),
    only: alertMatch.optional().describe('A filter on alerts; without it, the window is about everything.'),
    from: z.iso.datetime({ offset: true }).optional().describe('The start, such as `2026-12-01T20:00:00+01:00`.'),
    to: z.iso.datetime({ offset: true }).optional().describe('The end.'),
    weekly: weeklyHours.optional().describe('The hours of every week, instead of `from` and `to`.'),
  })
  .superRefine(({ from, to, weekly }, context) => {
    const isOnce = from !== undefined && to !== undefined
    if (weekly ? from !== undefined || to !== undefined : !isOnce) {
      context.addIssue({ code: 'custom', message: 'needs either from and to, or weekly' })
    } else if (isOnce && Date.parse(from) >= Date.parse(to)) {
      context.addIssue({ code: 'custom', path: ['to'], message: 'is not after from' })
    }
  })
export type MaintenanceWindow = z.output<typeof maintenanceWindow>

/** The routing of a receiver. */
export type Routing = z.output<z.ZodObject<typeof routingOptions>>

/** Describes a routing in words, apart from the severity: `only host:db-*`. */
export const describeRouting = ({ only, hours, quiet_hours, escalate_after, group, limit }: Routing): string[] => [
  ...(only === undefined ? [] : [`only ${only}`]),
  ...(hours ? [`hours ${describeHours(hours)}`] : []),
  ...(quiet_hours ? [`quiet ${describeHours(quiet_hours)}, unless ${quiet_hours.unless}`] : []),
  ...(escalate_after === undefined ? [] : [`if nobody acknowledged within ${duration(escalate_after)}`]),
  ...(group === undefined ? [] : [`together every ${duration(group)}`]),
  ...(limit ? [`at most ${plural(limit.messages, 'message')} in ${duration(limit.per)}`] : []),
]

/** Splits a configured receiver into its routing and the options of its type. */
export const splitReceiver = <Receiver extends Routing & { readonly name: string; readonly type: string }>({
  name,
  type,
  min_severity,
  only,
  hours,
  quiet_hours,
  escalate_after,
  group,
  limit,
  ...options
}: Receiver) => ({
  name,
  type,
  routing: { min_severity, only, hours, quiet_hours, escalate_after, group, limit },
  options,
})
