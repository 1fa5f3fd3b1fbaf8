import type { Command } from 'commander'
import { asset } from '../../schema/inventory/asset.ts'
import type { CommandContext } from '../cli.ts'
import { defineInventoryImport, defineInventoryList } from './inventory.ts'

const path = '/api/v1/assets'

/** `vedette assets`: imports, lists and removes assets. */
export const define = (command: Command, context: CommandContext): void => {
  defineInventoryImport(command, context, {
    path: `${path}/import`,
    one: 'asset',
    seen: 'host',
    example: 'ip_or_cidr,hostname,owner,criticality,environment,tags; any column order',
  })
  defineInventoryList(command, context, {
    path,
    item: asset,
    noun: 'asset',
    headings: ['ID', 'CRITICALITY', 'TYPE', 'ENVIRONMENT', 'OWNER', 'ADDRESSES'],
    row: ({ asset_id, criticality, asset_type, environment, owner, addresses }) => [
      asset_id,
      criticality,
      asset_type,
      environment ?? '',
      owner ?? '',
      addresses.join(' '),
    ],
  })
}
