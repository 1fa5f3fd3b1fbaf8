import { alertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import { defineOperation } from '../operation.ts'
import { alertPage, alertPageInput, findAlertPage } from './alert-page.ts'

/** Lists alerts from memory, at a fifth of the size of list_alerts. */
export const listAlertIndex = defineOperation({
  name: 'list_alert_heads',
  summary: 'Lists alerts like list_alerts, without evidence, contributions and verdict reasons.',
  role: 'viewer',
  input: alertPageInput,
  output: alertPage(alertIndexEntry),
  run: findAlertPage,
})
