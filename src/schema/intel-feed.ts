import { z } from 'zod'

/** Why rows of a feed were left out, how often, and one of them. */
export const skippedRows = z.object({ reason: z.string(), count: z.int(), sample: z.string() })

/** What is known of a feed from when it was last pulled; also of lists that people imported, and of their own entries. */
export const feedState = z
  .object({
    name: z.string(),
    /** What it is: a type of feed, `import`, or `own`. */
    type: z.string(),
    /** What the server said of its last answer, to be told when nothing has changed since. */
    etag: z.string().nullable(),
    last_modified: z.string().nullable(),
    /** Where an incremental feed goes on. */
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
    /** What the list says of itself: version, date, copyright. */
    notice: z.string(),
  })
  .meta({ id: 'FeedState' })
export type FeedState = z.infer<typeof feedState>
