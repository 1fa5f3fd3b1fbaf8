import { z } from 'zod'
import { alert } from './alert/alert.ts'
import { detection } from './detection/detection.ts'
import { incident } from './incident/incident.ts'
import { missingRulePack } from './rule/rule-pack.ts'

/** The share of one source that was parsed. */
export const sourceHealth = z
  .object({
    source: z.string(),
    records: z.int(),
    parsed: z.int(),
    /** The format most of its records have, and its share. */
    format: z.string(),
    format_share: z.number(),
    /** The most common line shapes that were not parsed, each with a sample. */
    unparsed: z.array(z.object({ shape: z.string(), count: z.int(), sample: z.string() })),
    /** Rule packs for its events that no active rule covers. */
    missing_packs: z.array(missingRulePack),
  })
  .meta({ id: 'SourceHealth' })

/** The result of an analysis; the terminal report and `--json` render this document. */
export const analysis = z
  .object({
    records: z.int(),
    parsed: z.int(),
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    /** Set if no record has a time: only the order was used, and rates and silences were not checked. */
    undated: z.literal(true).exactOptional(),
    sources: z.array(sourceHealth),
    templates: z.int(),
    /** Records and detections in 48 equal slices of the time from `from` to `to`. */
    histogram: z.object({ records: z.array(z.int()), detections: z.array(z.int()), slice_seconds: z.number() }),
    /** Streams that are too young for some detectors, and the data they still need. */
    learning: z.array(z.string()),
    detections: z.array(detection),
    alerts: z.array(alert),
    incidents: z.array(incident),
    /** Why only a part of the input was analysed: its compressed file or binary log is damaged. */
    fault: z.string().exactOptional(),
  })
  .meta({ id: 'Analysis' })
export type Analysis = z.infer<typeof analysis>
