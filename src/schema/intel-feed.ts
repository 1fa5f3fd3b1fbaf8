import { z } from 'zod'

/** Why rows of a feed were left out, how often, and one of them. */
export const skippedRows = z.object({ reason: z.string(), count: z.int(), sample: z.string() })

/** The state of a feed after its last pull; also of imported lists and of our own entries. */
export const feedState = z
  .object({
    name: z.string(),
    /** A type of feed, `import`, or `own`. */
    type: z.string(),
    /** The validators of the server's last answer, for conditional requests. */
    etag: z.string().nullable(),
    last_modified: z.string().nullable(),
    /** The position where an incremental feed continues. */
    cursor: z.string().nullable(),
    last_attempt_at: z.iso.datetime().nullable(),
    last_success_at: z.iso.datetime().nullable(),
    last_change_at: z.iso.datetime().nullable(),
    /** Attempts that failed since the last success. */
    failures: z.int(),
    last_error: z.string().nullable(),
    /** Whether a pull began that did not end: what it wrote is looked through at the next one. */
    interrupted: z.boolean(),
    entries: z.int(),
    skipped: z.array(skippedRows),
    /** The list's own version, date and copyright. */
    notice: z.string(),
  })
  .meta({ id: 'FeedState' })
export type FeedState = z.infer<typeof feedState>
