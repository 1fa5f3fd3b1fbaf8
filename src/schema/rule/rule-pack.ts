import { z } from 'zod'

/** A missing rule pack: events of a product arrive, and no active rule covers them. */
export const missingRulePack = z
  .object({
    /** The product, as Sigma calls it: `zeek`. */
    product: z.string(),
    /** The pack that covers it. */
    pack: z.string(),
    /** A sentence. */
    reason: z.string(),
    /** The shell commands that add it. */
    commands: z.array(z.string()),
  })
  .meta({ id: 'MissingRulePack' })
export type MissingRulePack = z.infer<typeof missingRulePack>
