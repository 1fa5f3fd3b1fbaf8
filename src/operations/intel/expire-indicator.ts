import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { knownIndicator } from '../../schema/intelligence/indicator.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { parseTime } from '../time.ts'
import { auditIntel } from './audit-intel.ts'
import { indicatorKey, requireOwn } from './own-indicators.ts'

export const expireIndicator = defineOperation({
  name: 'expire_indicator',
  summary: 'Sets the expiry of your own indicator. Data of other sources is unchanged.',
  role: 'analyst',
  input: z.strictObject({
    id: indicatorKey,
    valid_until: z.string().max(64).default('now').describe('The expiry: ISO 8601 or now+30d.'),
  }),
  output: knownIndicator,
  async run({ id, valid_until }, deps: Pick<Deps, 'store' | 'intel' | 'now'> & { readonly actor: Actor }) {
    const { store, intel, now } = deps
    const { observable, indicator, report } = await requireOwn(deps, id)
    const end = new Date(parseTime(valid_until, now(), 'end', 'valid_until')).toISOString()
    await intel.lists.updateOwn([{ kind: 'report', observable, report: { ...report, valid_until: end } }])
    await intel.table.refresh()
    await auditIntel(deps, {
      action: 'expire_indicator',
      target: observable.value,
      before: { valid_until: report.valid_until },
      after: { valid_until: end },
    })
    return (await store.threatIntel.get(indicator.id)) ?? indicator
  },
})
