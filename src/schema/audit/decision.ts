import { z } from 'zod'

/** A bulk change, made in one request: users can follow its progress and undo it. */
export const decision = z
  .object({
    id: z.string(),
    actor: z.string(),
    /** `close`, `acknowledge`, `assign` … */
    action: z.string(),
    target_type: z.enum(['alert', 'incident']),
    note: z.string().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    /** `stopped`: the server ended first. The changes made so far remain. */
    state: z.enum(['running', 'done', 'stopped', 'undone']),
    /** The number of selected items, of changed ones, and of unchanged ones. */
    matched: z.int(),
    changed: z.int(),
    skipped: z.int(),
    undone_by: z.string().nullable(),
  })
  .meta({ id: 'Decision' })
export type Decision = z.infer<typeof decision>
