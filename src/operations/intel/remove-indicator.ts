import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { auditIntel } from './audit-intel.ts'
import { indicatorKey, requireOwn } from './own-indicators.ts'

export const removeIndicator = defineOperation({
  name: 'remove_indicator',
  summary: 'Removes your own indicator. Data of other sources is unchanged.',
  role: 'analyst',
  input: z.strictObject({ id: indicatorKey }),
  output: z.object({ id: z.string(), value: z.string(), removed: z.literal(true) }),
  async run({ id }, deps: Pick<Deps, 'store' | 'intel' | 'now'> & { readonly actor: Actor }) {
    const { intel } = deps
    const { observable, indicator, report } = await requireOwn(deps, id)
    await intel.lists.updateOwn([{ kind: 'withdrawn', observable }])
    await intel.table.refresh()
    await auditIntel(deps, { action: 'remove_indicator', target: observable.value, before: report, after: null })
    return { id: indicator.id, value: observable.value, removed: true as const }
  },
})
