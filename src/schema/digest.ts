import { z } from 'zod'
import { incident } from './incident/incident.ts'

export const digestPeriods = ['day', 'week'] as const

/** A summary of a day or a week on one page, for people who read nothing else. */
export const digest = z
  .object({
    period: z.enum(digestPeriods),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    /**
     * The numbers of lines, detections, alerts and incidents in the period. `lines_before`: the lines of the previous period; null if
     * unknown.
     */
    lines: z.int(),
    lines_before: z.int().nullable(),
    detections: z.int(),
    alerts: z.int(),
    incidents: z.int(),
    /** The open incidents, and how many of them are unassigned. */
    open: z.int(),
    unassigned: z.int(),
    /** The most important incidents of the period: open ones first, then by severity. */
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
    /** The number of sources, and the sources that sent lines in the previous period and none in this one. */
    sources: z.int(),
    stopped: z.array(z.object({ source: z.string(), last_seen: z.iso.datetime() })),
    /** The sources with lines but without alerts. */
    quiet: z.array(z.object({ source: z.string(), lines: z.int() })),
    /** Sources that are new in the period. */
    new_sources: z.array(z.string()),
    /** The learning progress of each detector: learned items, and all items. */
    learning: z.array(z.object({ detector: z.string(), known: z.int(), of: z.int() })),
    /** The alerts that people closed in the period, by resolution. */
    closed: z.array(z.object({ resolution: z.string(), alerts: z.int() })),
    suppressions: z.array(
      z.object({
        scope: z.string(),
        reason: z.string(),
        /** The alerts that a suppression hid in the period, and their detections. */
        alerts: z.int(),
        detections: z.int(),
        expires_at: z.iso.datetime().nullable(),
      }),
    ),
    /** The suppressions that never hid an alert. */
    unused_suppressions: z.int(),
    /** The share of parsed records since counting began, and the sources with the lowest share. */
    parsed_percent: z.number(),
    unparsed: z.array(z.object({ source: z.string(), parsed_percent: z.number(), sample: z.string() })),
    messages: z.object({ sent: z.int(), failed: z.int() }),
  })
  .meta({ id: 'Digest' })
export type Digest = z.infer<typeof digest>
