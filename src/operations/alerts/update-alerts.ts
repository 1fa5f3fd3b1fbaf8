import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import type { Store } from '../../store/store.ts'
import { applyToAlerts, changeReport } from '../decisions/apply-changes.ts'
import { alertChangeInput, readChange, requireSelector, selector, wait } from '../decisions/change-input.ts'
import { decide } from '../decisions/decide.ts'
import { settleIncidents } from '../decisions/settle-incidents.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { parseAlertSearch, searchAlerts } from './search-alerts.ts'

export const updateAlerts = defineOperation({
  name: 'update_alerts',
  summary: 'Acknowledges, assigns, snoozes, closes or reopens alerts, by ID or by filter, in one request.',
  role: 'analyst',
  input: z.strictObject({ ...selector, ...alertChangeInput, wait }),
  output: changeReport,
  async run(input, deps: Pick<Deps, 'store' | 'queue' | 'now' | 'newId'> & { readonly actor: Actor }) {
    requireSelector(input)
    const { store, actor } = deps
    const now = deps.now()
    const doing = { change: readChange(input, now), actor: actor.name, now, note: input.note }
    const ids = await findAlerts(input, store, doing.now)
    return decide(
      {
        target_type: 'alert',
        ids,
        doing,
        chunk: 500,
        wait: input.wait,
        async apply(part, step, tx) {
          const alerts = await store.alerts.load(part, tx)
          const known = new Set(alerts.map(({ id }) => id))
          const missing = part.filter((id) => !known.has(id)).map((id) => ({ id, reason: 'does not exist' }))
          const skipped = await applyToAlerts(store, tx, alerts, step)
          await settleIncidents(deps, tx, alerts, step)
          return [...missing, ...skipped]
        },
      },
      deps,
    )
  },
})

type Selector = z.infer<z.ZodObject<typeof selector>>

const findAlerts = async (
  { ids, filter, exclude, from, to, as_of }: Selector,
  store: Store,
  now: number,
): Promise<readonly string[]> => {
  const found = new Set(ids)
  if (!ids) {
    for await (const some of searchAlerts(parseAlertSearch({ q: filter, from, to, as_of }, now, 'filter'), store)) {
      for (const { id } of some) found.add(id)
    }
  }
  for (const id of exclude) found.delete(id)
  return [...found]
}
