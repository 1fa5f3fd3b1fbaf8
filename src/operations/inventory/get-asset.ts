import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { asset } from '../../schema/inventory/asset.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Returns one asset. */
export const getAsset = defineOperation({
  name: 'get_asset',
  summary: 'Returns one asset.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(500) }),
  output: asset,
  async run({ id }, { store }: Pick<Deps, 'store'>) {
    const found = await store.assets.get(id)
    if (found) return found
    throw new AppError('NOT_FOUND', `Asset "${id}" not found.`, { hint: 'List the assets to see their IDs.' })
  },
})
