import { z } from 'zod'
import type { Actor } from '../schema/role.ts'
import { defineOperation } from './operation.ts'
import { auditSuppression, requireSuppression } from './suppression-scope.ts'
import type { World } from './world.ts'

/** Takes a suppression away; what it would have hidden is heard of again. */
export const removeSuppression = defineOperation({
  name: 'remove_suppression',
  summary: 'Takes a suppression away: what it would have hidden is heard of again.',
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(100) }),
  output: z.object({ id: z.string(), removed: z.literal(true) }),
  async run({ id }, { store, now, actor }: Pick<World, 'store' | 'now'> & { readonly actor: Actor }) {
    const before = await requireSuppression(store, id)
    const change = { time: now(), actor: actor.name, action: 'remove_suppression', before, after: undefined }
    await store.transaction(async (tx) => {
      if (await store.suppressions.remove(id, tx)) await auditSuppression(store, tx, change)
    })
    return { id, removed: true as const }
  },
})
