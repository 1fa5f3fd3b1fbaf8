import { z } from 'zod'
import { describeSubject } from '../../context/describe-context.ts'
import { alertContext } from '../../schema/inventory/context.ts'
import { networkFacts } from '../../schema/inventory/network-facts.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { parseTime } from '../time.ts'

const name = z.string().trim().min(1).max(256).optional()
const facts = z.record(z.string(), z.unknown()).nullable()

export const collectContext = defineOperation({
  name: 'collect_context',
  summary:
    'Returns the context of addresses, an asset and a user as triage sees it. Queries no vendor and stores nothing.',
  role: 'viewer',
  input: z.strictObject({
    source_ip: name,
    target_ip: name,
    asset_id: name.describe('The ID of an asset or the name of a host.'),
    user_id: name.describe('The name or ID of a user.'),
    at: z.string().max(64).optional().describe('The reference time: ISO 8601 or now-1h. The default is now.'),
  }),
  output: z
    .object({
      /** The parts with data, named after the triage contract. */
      enrichment_sources: z.array(z.enum(['source_network', 'target_network', 'asset', 'user'])),
      source_network: networkFacts.nullable(),
      target_network: networkFacts.nullable(),
      asset: facts,
      user: facts,
      /** The context that an alert would store. */
      contexts: z.array(alertContext),
      reasons: z.array(z.object({ sign: z.enum(['for', 'against']), text: z.string(), about: z.string() })),
    })
    .meta({ id: 'CollectedContext' }),
  async run({ source_ip, target_ip, asset_id, user_id, at }, { context, now }: Pick<Deps, 'context' | 'now'>) {
    await context.loadHistory?.()
    const { tables } = context
    const subject = {
      source: source_ip,
      destination: target_ip,
      addresses: [],
      assets: asset_id === undefined ? [] : [asset_id],
      hosts: [],
      users: user_id === undefined ? [] : [user_id],
      at: at === undefined ? now() : parseTime(at, now(), 'start', 'at'),
    }
    const { contexts, reasons } = describeSubject(subject, tables)
    const dataOf = (type: string) => contexts.find(({ context_type }) => context_type === type)?.data ?? null
    const parts = {
      source_network: source_ip === undefined ? null : (tables.networks.lookUp(source_ip) ?? null),
      target_network: target_ip === undefined ? null : (tables.networks.lookUp(target_ip) ?? null),
      asset: dataOf('asset'),
      user: dataOf('user'),
    }
    const told = (['source_network', 'target_network', 'asset', 'user'] as const).filter((part) => parts[part] !== null)
    return { enrichment_sources: told, ...parts, contexts: [...contexts], reasons: [...reasons] }
  },
})
