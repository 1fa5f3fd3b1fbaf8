import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { asset } from '../../schema/asset.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Shows one asset. */
export const getAsset = defineOperation({
  name: 'get_asset',
  summary: 'Shows one asset.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(500) }),
  output: asset,
  async run({ id }, { store }: Pick<Deps, 'store'>) {
    const found = await store.assets.get(id)
    if (found) return found
    throw new AppError('NOT_FOUND', `There is no asset "${id}".`, { hint: 'List the assets for their ids.' })
  },
})
