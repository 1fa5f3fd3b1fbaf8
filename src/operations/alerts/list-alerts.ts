import { type Alert, alert } from '../../schema/alert.ts'
import { defineOperation } from '../operation.ts'
import type { World } from '../world.ts'
import { alertPage, alertPageInput, findAlertPage } from './alert-page.ts'

/** Lists alerts that match, in an order, and counts them. */
export const listAlerts = defineOperation({
  name: 'list_alerts',
  summary: 'Lists alerts, newest first unless said otherwise, and says how many there are.',
  role: 'viewer',
  input: alertPageInput,
  output: alertPage(alert),
  async run(input, world: Pick<World, 'store' | 'now'>) {
    const { data, ...page } = await findAlertPage(input, world)
    const items = await world.store.alerts.load(data.map(({ id }) => id))
    return { ...page, data: items.map(forList) }
  },
})

/** Leaves out what an alert remembers only to count rightly. */
const forList = ({ folded: _, ...item }: Alert): Alert => item
