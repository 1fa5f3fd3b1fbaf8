import { z } from 'zod'
import { severity } from './severity.ts'

/** The most severe activity that a user called normal. Clearly more severe alerts are shown in spite of the suppression. */
export const suppressionCover = z
  .object({
    severity,
    /** Whether something succeeded, such as a login. */
    success: z.boolean(),
    /** The most events at once; null if nothing matched yet. */
    most_events: z.int().nullable(),
    /** Whether it covers at least a day. Before, only critical alerts and successes are shown again. */
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
    /** The most severe of the matching alerts when it was created or changed. Absent from suppressions of older versions. */
    covers: suppressionCover.optional(),
    /** Whether it also hides clearly more severe alerts. */
    even_if_worse: z.boolean().optional(),
    /** How many alerts it has hidden, and when it last did. */
    hits: z.int(),
    last_hit_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Suppression' })
export type Suppression = z.infer<typeof suppression>
