import { applyToAlerts } from './apply-changes.ts'
import type { World } from './world.ts'

const chunk = 500

/** Brings back the alerts whose snooze is over. Returns how many. The clock asks it; nobody else needs to. */
export const wakeAlerts = async ({ store, now }: Pick<World, 'store' | 'now'>): Promise<number> => {
  const time = now()
  const moment = new Date(time).toISOString()
  const due = (await store.alerts.heads()).filter(({ snoozed_until }) => snoozed_until && snoozed_until <= moment)
  for (let start = 0; start < due.length; start += chunk) {
    const ids = due.slice(start, start + chunk).map(({ id }) => id)
    await store.transaction(async (tx) => {
      // Read once more, within the transaction: somebody may have snoozed it anew.
      const alerts = await store.alerts.load(ids, tx)
      const over = alerts.filter(({ snoozed_until }) => snoozed_until && snoozed_until <= moment)
      await applyToAlerts(store, tx, over, { change: { action: 'wake' }, actor: 'vedette', now: time })
    })
  }
  return due.length
}
