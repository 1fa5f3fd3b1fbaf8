import type { Command } from 'commander'
import { asset } from '../../schema/asset.ts'
import type { CommandContext } from '../cli.ts'
import { defineTold, defineToldImport } from './inventory.ts'

const path = '/api/v1/assets'

/** `vedette assets`: what is ours, and how much it matters. */
export const define = (command: Command, context: CommandContext): void => {
  defineToldImport(command, context, {
    path: `${path}/import`,
    one: 'asset',
    seen: 'host',
    example: 'ip_or_cidr,hostname,owner,criticality,environment,tags; columns in any order',
  })
  defineTold(command, context, {
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
