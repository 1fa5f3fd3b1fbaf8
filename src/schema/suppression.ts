import { z } from 'zod'

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
    /** How many alerts it has hidden, and when last. */
    hits: z.int(),
    last_hit_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Suppression' })
export type Suppression = z.infer<typeof suppression>
