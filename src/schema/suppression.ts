import { z } from 'zod'
import { severity } from './severity.ts'

/** The worst that somebody called normal. Something clearly worse is shown in spite of the suppression. */
export const suppressionCover = z
  .object({
    severity,
    /** Whether something succeeded, such as a login. */
    success: z.boolean(),
    /** The most events at once; null if nothing had matched yet. */
    most_events: z.int().nullable(),
    /** Whether it is about at least a day. Before, only what is critical or a success comes back. */
    learnt: z.boolean().optional(),
  })
  .meta({ id: 'SuppressionCover' })
export type SuppressionCover = z.infer<typeof suppressionCover>

/** "This is normal": a filter that hides detections, with its reason, owner and expiry. */
export const suppression = z
  .object({
    id: z.string(),
    /** A filter over alerts: `detector:template AND entity.host:web-01`. */
    scope: z.string(),
    reason: z.string(),
    owner: z.string(),
    created_at: z.iso.datetime(),
    /** Null means never; the default is 90 days. */
    expires_at: z.iso.datetime().nullable(),
    paused: z.boolean(),
    /** The worst among the alerts in its scope when it was created or changed. Absent from suppressions of older versions. */
    covers: suppressionCover.optional(),
    /** Whether it hides also what is clearly worse than that. */
    even_if_worse: z.boolean().optional(),
    /** How many alerts it has hidden, and when last. */
    hits: z.int(),
    last_hit_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Suppression' })
export type Suppression = z.infer<typeof suppression>
