import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireOwnView } from './views.ts'

/** Deletes a view. Its alerts are not affected. */
export const removeView = defineOperation({
  name: 'remove_view',
  summary: 'Removes your own view. Its alerts are unchanged.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(100) }),
  output: z.object({ id: z.string(), removed: z.literal(true) }),
  async run({ id }, { store, actor }: Pick<Deps, 'store'> & { readonly actor: Actor }) {
    await requireOwnView(store, id, actor)
    await store.views.remove(id)
    return { id, removed: true as const }
  },
})
