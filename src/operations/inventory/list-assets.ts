import { z } from 'zod'
import { asset } from '../../schema/asset.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'

/** Lists the assets that people told us of, the newest first. */
export const listAssets = defineOperation({
  name: 'list_assets',
  summary: 'Lists the assets that were imported, the newest first.',
  role: 'viewer',
  input: z.strictObject({
    search: z.string().max(200).default('').describe('Part of an id, name, address, owner or tag.'),
    ...paging,
  }),
  output: pageOf(asset),
  async run({ search, limit, cursor }, { store }: Pick<Deps, 'store'>) {
    const wanted = search.toLowerCase()
    const page = await store.assets.list({
      limit,
      after: cursor,
      ...(wanted !== '' && {
        matches: ({ asset_id, asset_name, owner, addresses, hostnames, tags }) =>
          [asset_id, asset_name, owner ?? '', ...addresses, ...hostnames, ...tags].some((text) =>
            text.toLowerCase().includes(wanted),
          ),
      }),
    })
    return toPage(page, (item) => item)
  },
})
