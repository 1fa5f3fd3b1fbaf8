import { applyToAlerts } from '../decisions/apply-changes.ts'
import type { Deps } from '../deps.ts'

const chunk = 500

/** Ends expired snoozes and returns their number. Only the scheduler calls this. */
export const wakeAlerts = async ({ store, now }: Pick<Deps, 'store' | 'now'>): Promise<number> => {
  const time = now()
  const moment = new Date(time).toISOString()
  let woken = 0
  let after = ''
  for (;;) {
    const due = await store.alerts.dueSnoozes(time, after, chunk)
    const last = due.at(-1)
    if (last === undefined) return woken
    woken += await store.transaction(async (tx) => {
      // Read again within the transaction: a user may have snoozed the alert again.
      const alerts = await store.alerts.load(due, tx)
      const over = alerts.filter(({ snoozed_until }) => snoozed_until && snoozed_until <= moment)
      await applyToAlerts(store, tx, over, { change: { action: 'wake' }, actor: 'vedette', now: time })
      return over.length
    })
    after = last
  }
}
