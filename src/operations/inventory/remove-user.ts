import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { getUser } from './get-user.ts'

export const removeUser = defineOperation({
  name: 'remove_user',
  summary: 'Removes an imported user. The user’s sign-in is unchanged.',
  role: 'admin',
  input: z.strictObject({ id: z.string().max(500) }),
  output: z.object({ id: z.string(), removed: z.literal(true) }),
  async run({ id }, deps: Pick<Deps, 'store' | 'context' | 'now'> & { readonly actor: Actor }) {
    const { store, context, now, actor } = deps
    const before = await getUser.run({ id }, deps)
    await store.transaction(async (tx) => {
      await store.people.remove(id, tx)
      const change = { target_type: 'user', target_id: id, old_values: before, new_values: null }
      await store.audit.append([{ time: now(), actor: actor.name, action: 'remove_user', ...change }], tx)
    })
    await context.refresh()
    return { id, removed: true as const }
  },
})
