import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** That an alert or an incident changed; read it for what it is now. */
export const change = z
  .object({
    kind: z.enum(['alert', 'incident']),
    id: z.string(),
    display_id: z.string().optional(),
    version: z.int(),
    updated_at: z.int(),
  })
  .meta({ id: 'Change' })

/** Lists what changed after a moment, oldest first: what live views follow. */
export const listChanges = defineOperation({
  name: 'list_changes',
  summary: 'Lists the alerts and incidents that changed after a moment, oldest first.',
  role: 'viewer',
  input: z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(500).default(500) }),
  output: z.object({ changes: z.array(change) }),
  async run({ after, limit }, { store }: Pick<Deps, 'store'>) {
    return { changes: [...(await store.changes(after, limit))] }
  },
})
