import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { auditSuppression, requireSuppression } from './suppression-scope.ts'

/** Removes a suppression. Alerts that it hid are open again as soon as they recur. */
export const removeSuppression = defineOperation({
  name: 'remove_suppression',
  summary: 'Removes a suppression. Its alerts reopen when they recur.',
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(100) }),
  output: z.object({ id: z.string(), removed: z.literal(true) }),
  async run(
    { id },
    { store, suppressions, now, actor }: Pick<Deps, 'store' | 'suppressions' | 'now'> & { readonly actor: Actor },
  ) {
    const time = now()
    const before = await requireSuppression(store, id)
    await store.transaction(async (tx) => {
      // The suppression ends with its audit entry; deleting the row afterwards has no further effect.
      await store.suppressions.save({ ...before, paused: true, expires_at: new Date(time).toISOString() }, tx)
      const change = { time, actor: actor.name, action: 'remove_suppression', before, after: undefined }
      await auditSuppression(store, tx, change)
    })
    await store.suppressions.remove(id)
    await suppressions.refresh()
    return { id, removed: true as const }
  },
})
