import type { Asset } from '../../schema/inventory/asset.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { listPage } from '../page.ts'
import { upsert } from '../write-rows.ts'
import type { AssetRow } from './asset-tables.ts'
import type { ImportedStore } from './imported-store.ts'

export interface AssetStore extends ImportedStore<Asset> {
  remove(id: string, tx?: Transaction): Promise<boolean>
}

/** Stores imported assets: each as a whole document, plus the columns that SQL queries. */
export const createAssetStore = ({ read, write }: StoreConnections): AssetStore => ({
  async save(assets, tx) {
    const newest = new Map(assets.map((asset) => [asset.asset_id, toRow(asset)]))
    await upsert(tx, 'assets', [...newest.values()], { key: ['asset_id'], keep: ['created_at'] })
  },

  async get(id) {
    const row = await read.selectFrom('assets').select('body').where('asset_id', '=', id).executeTakeFirst()
    return row && fromJson<Asset>(row.body)
  },

  list: (query) =>
    listPage<Asset>(query, (after, limit) => {
      let rows = read
        .selectFrom('assets')
        .select(['created_at as time', 'asset_id as id', 'body'])
        .orderBy('created_at', 'desc')
        .orderBy('asset_id', 'desc')
        .limit(limit)
      if (after) {
        rows = rows.where((where) =>
          where(where.refTuple('created_at', 'asset_id'), '<', where.tuple(after.time, after.id)),
        )
      }
      return rows.execute()
    }),

  async all() {
    const rows = await read.selectFrom('assets').select('body').orderBy('asset_id').execute()
    return rows.map(({ body }) => fromJson<Asset>(body))
  },

  async state() {
    const row = await read
      .selectFrom('assets')
      .select(({ fn }) => [fn.countAll<number>().as('count'), fn.max('updated_at').as('newest')])
      .executeTakeFirst()
    return `${row?.count ?? 0} ${row?.newest ?? 0}`
  },

  async remove(id, tx) {
    const { numDeletedRows } = await (tx ?? write).deleteFrom('assets').where('asset_id', '=', id).executeTakeFirst()
    return numDeletedRows > 0n
  },
})

const toRow = (asset: Asset): AssetRow => ({
  asset_id: asset.asset_id,
  asset_name: asset.asset_name,
  asset_type: asset.asset_type,
  ip_address: asset.addresses[0] ?? null,
  mac_address: asset.mac_address,
  os_name: asset.os_name,
  os_version: asset.os_version,
  owner: asset.owner,
  location: asset.location,
  criticality: asset.criticality,
  business_unit: asset.business_unit,
  environment: asset.environment,
  is_active: asset.is_active ? 1 : 0,
  created_at: Date.parse(asset.created_at),
  updated_at: Date.parse(asset.updated_at),
  body: toJson(asset),
})
