import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Identifies a changed alert or incident. */
export const change = z
  .object({
    kind: z.enum(['alert', 'incident']),
    id: z.string(),
    display_id: z.string().optional(),
    version: z.int(),
    updated_at: z.int(),
  })
  .meta({ id: 'Change' })

/** Live views follow this list. */
export const listChanges = defineOperation({
  name: 'list_changes',
  summary: 'Lists the alerts and incidents that changed after a time, oldest first.',
  role: 'viewer',
  input: z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(500).default(500) }),
  output: z.object({ changes: z.array(change) }),
  async run({ after, limit }, { store }: Pick<Deps, 'store'>) {
    return { changes: [...(await store.changes(after, limit))] }
  },
})
