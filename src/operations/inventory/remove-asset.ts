import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { getAsset } from './get-asset.ts'

export const removeAsset = defineOperation({
  name: 'remove_asset',
  summary: 'Removes an asset. Existing alerts keep their context.',
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(500) }),
  output: z.object({ id: z.string(), removed: z.literal(true) }),
  async run({ id }, deps: Pick<Deps, 'store' | 'context' | 'now'> & { readonly actor: Actor }) {
    const { store, context, now, actor } = deps
    const before = await getAsset.run({ id }, deps)
    await store.transaction(async (tx) => {
      await store.assets.remove(id, tx)
      const change = { target_type: 'asset', target_id: id, old_values: before, new_values: null }
      await store.audit.append([{ time: now(), actor: actor.name, action: 'remove_asset', ...change }], tx)
    })
    await context.refresh()
    return { id, removed: true as const }
  },
})
