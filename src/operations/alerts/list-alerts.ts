import { type Alert, alert } from '../../schema/alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { alertPage, alertPageInput, findAlertPage } from './alert-page.ts'

/** Lists alerts that match, in an order, and counts them. */
export const listAlerts = defineOperation({
  name: 'list_alerts',
  summary: 'Lists alerts, newest first unless said otherwise, and says how many there are.',
  role: 'viewer',
  input: alertPageInput,
  output: alertPage(alert),
  async run(input, deps: Pick<Deps, 'store' | 'now'>) {
    const { data, ...page } = await findAlertPage(input, deps)
    const items = await deps.store.alerts.load(data.map(({ id }) => id))
    return { ...page, data: items.map(forList) }
  },
})

/** Leaves out what an alert remembers only to count rightly. */
const forList = ({ folded: _, ...item }: Alert): Alert => item
