import { z } from 'zod'

/** The skipped rows of a feed by reason, with the count and an example. */
export const skippedRows = z.object({ reason: z.string(), count: z.int(), sample: z.string() })

/** The state of a feed after its last pull; also of imported lists and of own entries. */
export const feedState = z
  .object({
    name: z.string(),
    /** A type of feed, `import`, or `own`. */
    type: z.string(),
    /** The validators of the server's last response, for conditional requests. */
    etag: z.string().nullable(),
    last_modified: z.string().nullable(),
    /** The position where an incremental feed continues. */
    cursor: z.string().nullable(),
    last_attempt_at: z.iso.datetime().nullable(),
    last_success_at: z.iso.datetime().nullable(),
    last_change_at: z.iso.datetime().nullable(),
    /** Failed attempts since the last success. */
    failures: z.int(),
    last_error: z.string().nullable(),
    /** Whether a pull was interrupted: the next one searches for the entries that it wrote. */
    interrupted: z.boolean(),
    entries: z.int(),
    skipped: z.array(skippedRows),
    /** The list's own version, date and copyright. */
    notice: z.string(),
  })
  .meta({ id: 'FeedState' })
export type FeedState = z.infer<typeof feedState>
