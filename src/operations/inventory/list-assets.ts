import { z } from 'zod'
import { asset } from '../../schema/inventory/asset.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'

export const listAssets = defineOperation({
  name: 'list_assets',
  summary: 'Lists the imported assets, newest first.',
  role: 'viewer',
  input: z.strictObject({
    search: z.string().max(200).default('').describe('Part of an ID, name, address, owner or tag.'),
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
