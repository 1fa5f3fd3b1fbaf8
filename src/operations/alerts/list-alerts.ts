import { type Alert, alert } from '../../schema/alert/alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { alertPage, alertPageInput, findAlertPage } from './alert-page.ts'

export const listAlerts = defineOperation({
  name: 'list_alerts',
  summary: 'Lists alerts with a total count, newest first by default.',
  role: 'viewer',
  input: alertPageInput,
  output: alertPage(alert),
  async run(input, deps: Pick<Deps, 'store' | 'now'>) {
    const { data, ...page } = await findAlertPage(input, deps)
    const items = await deps.store.alerts.load(data.map(({ id }) => id))
    return { ...page, data: items.map(forList) }
  },
})

/** Removes the fields that only serve counting. */
const forList = ({ folded: _, ...item }: Alert): Alert => item
