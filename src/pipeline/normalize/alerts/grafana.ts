import { isWebhook, readFiring } from './alertmanager.ts'
import type { AlertFormat } from './foreign-alert.ts'

/** Reads one alert of Grafana's webhook, which is Alertmanager's with more in it. */
export const grafana: AlertFormat = {
  name: 'grafana',
  knows: (object) => isWebhook(object) && object.orgId !== undefined && object.version !== '4',
  read: (object, record) => readFiring(object, 'grafana', record),
}
