import { alertIndexEntry } from '../../schema/alert-index-entry.ts'
import { defineOperation } from '../operation.ts'
import { alertPage, alertPageInput, findAlertPage } from './alert-page.ts'

/** The same list for whoever shows many alerts in little room: it is in memory, and a fifth of the size. */
export const listAlertIndex = defineOperation({
  name: 'list_alert_heads',
  summary:
    'Lists alerts as list_alerts does, each without its evidence, its contributions and the reasons of its verdict.',
  role: 'viewer',
  input: alertPageInput,
  output: alertPage(alertIndexEntry),
  run: findAlertPage,
})
