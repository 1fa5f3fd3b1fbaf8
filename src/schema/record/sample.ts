import { z } from 'zod'

/** The prefix of the sample's sources; other sources cannot use it. */
export const samplePrefix = 'sample:'

/** Whether this source or stream belongs to the sample. */
export const isSample = (source: string): boolean => source.startsWith(samplePrefix)

/** The state of the sample. */
export const sampleStatus = z
  .object({
    /** `absent`: never loaded. `removed`: a user or the first real records removed it. */
    state: z.enum(['absent', 'loading', 'loaded', 'removed']),
    title: z.string(),
    /** The number of its records, and of those that were analysed. */
    records: z.int(),
    analysed: z.int(),
    sources: z.array(z.string()),
    /** The times of its first and last record, moved to now; null if it is not loaded. */
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    /** The duration of the analysis, in seconds; null until it is done, or if it was done before the last start. */
    seconds: z.number().nullable(),
  })
  .meta({ id: 'SampleStatus' })

export type SampleStatus = z.infer<typeof sampleStatus>

/** The counts of removed sample data. */
export const sampleRemoval = z
  .object({ events: z.int(), detections: z.int(), alerts: z.int(), incidents: z.int() })
  .meta({ id: 'SampleRemoval' })

export type SampleRemoval = z.infer<typeof sampleRemoval>
