import { createAssetIndex } from '../../context/asset-index.ts'
import { assetRows, type ImportedAsset, toAsset } from '../../context/import/asset-rows.ts'
import { planImport } from '../../context/import/plan.ts'
import { type ImportedRow, readImportRows } from '../../context/import/rows.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Asset } from '../../schema/inventory/asset.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { importInventory, inventoryImport, tableInput } from './inventory-import.ts'

export const importAssets = defineOperation({
  name: 'import_assets',
  summary: 'Imports an asset inventory from CSV or JSON. Adds new assets and updates existing ones.',
  role: 'analyst',
  input: tableInput,
  output: inventoryImport,
  async run(
    { table, preview },
    { store, context, now, actor }: Pick<Deps, 'store' | 'context' | 'now'> & { readonly actor: Actor },
  ) {
    const time = now()
    const moment = new Date(time).toISOString()
    const read = readImportRows(table, assetRows)
    const known = await store.assets.all()
    const plan = planImport({
      rows: read.rows,
      find: finderOf(known),
      idOf: (asset) => asset.asset_id,
      apply: ({ id, fields }, before) => toAsset(id, fields, before, moment),
      now: moment,
    })
    await context.loadHistory?.()
    const unmatched = unmatchedHosts(known, plan.changes, context.tables.history)
    return importInventory(
      { action: 'import_assets', read, plan, unmatched, preview, save: store.assets.save },
      { store, context, actor, time },
    )
  },
})

/** Finds by ID; a row without one, by its names and addresses. */
const finderOf = (assets: readonly Asset[]) => {
  const ids = new Map(assets.map((asset) => [asset.asset_id.toLowerCase(), asset]))
  const names = new Map(
    assets.flatMap((asset) =>
      [asset.asset_name, ...asset.addresses, ...asset.hostnames].map((name) => [name.toLowerCase(), asset] as const),
    ),
  )
  return ({ id, fields }: ImportedRow<ImportedAsset>): Asset | undefined =>
    ids.get(id.toLowerCase()) ?? (fields.asset_id === undefined ? names.get(id.toLowerCase()) : undefined)
}

const unmatchedHosts = (
  known: readonly Asset[],
  changes: readonly { readonly id: string; readonly item: Asset }[],
  history: { hosts(): Iterable<string> },
): string[] => {
  const index = createAssetIndex()
  index.replace([
    ...new Map([
      ...known.map((asset) => [asset.asset_id, asset] as const),
      ...changes.map(({ id, item }) => [id, item] as const),
    ]).values(),
  ])
  return [...history.hosts()].filter((host) => !index.byHost(host) && !index.byAddress(host)).sort()
}
