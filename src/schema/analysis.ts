import { z } from 'zod'
import { alert } from './alert.ts'
import { detection } from './detection.ts'
import { incident } from './incident.ts'

/** How well one source was understood. */
export const sourceHealth = z
  .object({
    source: z.string(),
    records: z.int(),
    parsed: z.int(),
    /** The format most of its records have, and its share. */
    format: z.string(),
    format_share: z.number(),
    /** The commonest shapes that were not understood, each with a sample. */
    unparsed: z.array(z.object({ shape: z.string(), count: z.int(), sample: z.string() })),
  })
  .meta({ id: 'SourceHealth' })

/** What an analysis of given records found; the one document behind the terminal report and `--json`. */
export const analysis = z
  .object({
    records: z.int(),
    parsed: z.int(),
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    sources: z.array(sourceHealth),
    templates: z.int(),
    /** Records and detections in 48 equal slices of the time from `from` to `to`. */
    histogram: z.object({ records: z.array(z.int()), detections: z.array(z.int()), slice_seconds: z.number() }),
    /** Streams too young for every detector to judge, and what they still need. */
    learning: z.array(z.string()),
    detections: z.array(detection),
    alerts: z.array(alert),
    incidents: z.array(incident),
  })
  .meta({ id: 'Analysis' })
export type Analysis = z.infer<typeof analysis>
