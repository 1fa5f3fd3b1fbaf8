import { z } from 'zod'

/** The prefix of the sample's sources; other sources cannot use it. */
export const samplePrefix = 'sample:'

/** Whether this source or stream belongs to the sample. */
export const isSample = (source: string): boolean => source.startsWith(samplePrefix)

/** How it stands with the sample. */
export const sampleStatus = z
  .object({
    /** `absent`: never loaded. `removed`: it was there, and somebody, or the first real records, made it go. */
    state: z.enum(['absent', 'loading', 'loaded', 'removed']),
    title: z.string(),
    /** How many records it has, and how many of them have been analysed. */
    records: z.int(),
    analysed: z.int(),
    sources: z.array(z.string()),
    /** When its first and its last record happened, moved to now; null while it is not there. */
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    /** How long the analysis took, in seconds; null until it is done, or when it was done before the last start. */
    seconds: z.number().nullable(),
  })
  .meta({ id: 'SampleStatus' })

export type SampleStatus = z.infer<typeof sampleStatus>

/** The counts of removed sample data. */
export const sampleRemoval = z
  .object({ events: z.int(), detections: z.int(), alerts: z.int(), incidents: z.int() })
  .meta({ id: 'SampleRemoval' })

export type SampleRemoval = z.infer<typeof sampleRemoval>
