import { z } from 'zod'
import { incident } from './incident.ts'

export const digestPeriods = ['day', 'week'] as const

/** A summary of a day or a week on one page, for people who open nothing else. */
export const digest = z
  .object({
    period: z.enum(digestPeriods),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    /** The numbers of lines, detections, alerts and incidents in the period. `lines_before`: in the period before; null if not known. */
    lines: z.int(),
    lines_before: z.int().nullable(),
    detections: z.int(),
    alerts: z.int(),
    incidents: z.int(),
    /** The incidents that are open now, and those of them that nobody is assigned to. */
    open: z.int(),
    unassigned: z.int(),
    /** The incidents of the period that matter most: open ones first, then by severity. */
    worst: z.array(
      incident.pick({
        display_id: true,
        title: true,
        severity: true,
        status: true,
        resolution: true,
        assignee: true,
        first_seen: true,
        last_seen: true,
        alert_count: true,
      }),
    ),
    /** The number of sources, and those that sent nothing in the period although they did in the one before. */
    sources: z.int(),
    stopped: z.array(z.object({ source: z.string(), last_seen: z.iso.datetime() })),
    /** The sources with lines but without alerts. */
    quiet: z.array(z.object({ source: z.string(), lines: z.int() })),
    /** Sources that are new in the period. */
    new_sources: z.array(z.string()),
    /** The learning progress of each detector: known items, of how many. */
    learning: z.array(z.object({ detector: z.string(), known: z.int(), of: z.int() })),
    /** How many alerts people closed in the period, by resolution. */
    closed: z.array(z.object({ resolution: z.string(), alerts: z.int() })),
    suppressions: z.array(
      z.object({
        scope: z.string(),
        reason: z.string(),
        /** The alerts that it hid in the period, and the detections in them. */
        alerts: z.int(),
        detections: z.int(),
        expires_at: z.iso.datetime().nullable(),
      }),
    ),
    /** The suppressions that never hid anything. */
    unused_suppressions: z.int(),
    /** The share of records that were parsed, since the counting began, and the sources with the lowest share. */
    parsed_percent: z.number(),
    unparsed: z.array(z.object({ source: z.string(), parsed_percent: z.number(), sample: z.string() })),
    messages: z.object({ sent: z.int(), failed: z.int() }),
  })
  .meta({ id: 'Digest' })
export type Digest = z.infer<typeof digest>
