import { z } from 'zod'

const part = { noun: z.string(), from: z.string(), count: z.int() }

/** The result of an adoption, or its plan. */
export const adoption = z
  .object({
    dry_run: z.boolean(),
    systems: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        /** The reasons to think that the source is of this system. */
        evidence: z.array(z.string()),
        parts: z.array(z.object(part)),
      }),
    ),
    /** The taken parts; none after a dry run. `present` counts what an earlier adoption took. */
    taken: z.array(z.object({ ...part, added: z.int(), present: z.int() })),
    /** The settings that its variables become. Only `vedette adopt` writes them: their values may be secrets. */
    settings: z.array(z.string()),
    left_out: z.array(z.object({ what: z.string(), count: z.int(), why: z.string() })),
  })
  .meta({ id: 'Adoption' })
export type AdoptionView = z.infer<typeof adoption>
