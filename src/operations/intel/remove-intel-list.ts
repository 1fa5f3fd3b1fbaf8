import { z } from 'zod'
import type { Actor } from '../../schema/role.ts'
import { defineOperation } from '../operation.ts'
import type { World } from '../world.ts'
import { auditIntel } from './audit-intel.ts'

/** Takes an imported list back as a whole. */
export const removeIntelList = defineOperation({
  name: 'remove_intel_list',
  summary: 'Takes an imported list back as a whole; what others say of its values stays.',
  role: 'analyst',
  input: z.strictObject({ name: z.string().max(100) }),
  output: z.object({ name: z.string(), entries: z.int(), removed: z.literal(true) }),
  async run({ name }, world: Pick<World, 'store' | 'intel' | 'now'> & { readonly actor: Actor }) {
    const { intel } = world
    const entries = await intel.told.forget(name)
    await intel.table.refresh()
    await auditIntel(world, { action: 'remove_intel_list', target: name, before: { entries }, after: null })
    return { name, entries, removed: true as const }
  },
})
