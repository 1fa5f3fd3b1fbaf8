import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { auditIntel } from './audit-intel.ts'

/** Removes an imported list. */
export const removeIntelList = defineOperation({
  name: 'remove_intel_list',
  summary: 'Removes an imported list. Data of other sources is unchanged.',
  role: 'analyst',
  input: z.strictObject({ name: z.string().max(100) }),
  output: z.object({ name: z.string(), entries: z.int(), removed: z.literal(true) }),
  async run({ name }, deps: Pick<Deps, 'store' | 'intel' | 'now'> & { readonly actor: Actor }) {
    const { intel } = deps
    const entries = await intel.lists.remove(name)
    await intel.table.refresh()
    await auditIntel(deps, { action: 'remove_intel_list', target: name, before: { entries }, after: null })
    return { name, entries, removed: true as const }
  },
})
