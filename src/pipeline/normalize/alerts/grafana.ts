import { isWebhook, readWebhookAlert } from './alertmanager.ts'
import type { AlertFormat } from './foreign-alert.ts'

/** Parses one alert of Grafana's webhook, an extension of Alertmanager's. */
export const grafana: AlertFormat = {
  name: 'grafana',
  matches: (object) => isWebhook(object) && object.orgId !== undefined && object.version !== '4',
  read: (object, record) => readWebhookAlert(object, 'grafana', record),
}
