import { z } from 'zod'
import type { Alert } from '../schema/alert.ts'
import type { Actor } from '../schema/role.ts'
import { applyToAlerts, changeReport } from './apply-changes.ts'
import { changeInput, readChange, requireSelector, selector } from './change-input.ts'
import { alertFilter } from './filter.ts'
import { defineOperation } from './operation.ts'
import { selectIds } from './select-ids.ts'
import type { World } from './world.ts'

const chunk = 500
const mostSkipped = 100

/** Changes many alerts in one request; the server finds them. Asking twice changes nothing the second time. */
export const updateAlerts = defineOperation({
  name: 'update_alerts',
  summary: 'Acknowledges, assigns, closes or reopens alerts, by id or by filter, in one request.',
  role: 'analyst',
  input: z.strictObject({ ...selector, ...changeInput }),
  output: changeReport,
  async run(input, { store, now, actor }: Pick<World, 'store' | 'now'> & { readonly actor: Actor }) {
    requireSelector(input)
    const change = readChange(input)
    const time = now()
    const ids = await selectIds<Alert>(input, time, store.alerts, alertFilter)
    const skipped: { id: string; reason: string }[] = []
    let found = 0
    for (let i = 0; i < ids.length; i += chunk) {
      await store.transaction(async (tx) => {
        const alerts = await store.alerts.load(ids.slice(i, i + chunk), tx)
        found += alerts.length
        skipped.push(
          ...(await applyToAlerts(store, tx, alerts, { change, actor: actor.name, now: time, note: input.note })),
        )
      })
    }
    const missing = ids.length - found
    return {
      matched: ids.length,
      changed: ids.length - skipped.length - missing,
      skipped: skipped.slice(0, mostSkipped),
    }
  },
})
