import { z } from 'zod'

/** A set of rules that is missing: events of a product arrive, and no active rule is about them. */
export const missingRulePack = z
  .object({
    /** The product, as Sigma calls it: `zeek`. */
    product: z.string(),
    /** The set of rules about it. */
    pack: z.string(),
    /** A sentence. */
    reason: z.string(),
    /** The shell commands that add it. */
    commands: z.array(z.string()),
  })
  .meta({ id: 'MissingRulePack' })
export type MissingRulePack = z.infer<typeof missingRulePack>
