import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { updateAlerts } from '../../operations/alerts/update-alerts.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { Actor } from '../../schema/account/role.ts'

/** The statuses of the log-agent service, and our action for each. */
const changes = {
  new: { action: 'reopen' },
  investigating: { action: 'acknowledge' },
  escalated: { action: 'acknowledge' },
  resolved: { action: 'close', resolution: 'other' },
  ignored: { action: 'close', resolution: 'expected' },
  false_positive: { action: 'close', resolution: 'false_positive' },
} as const

/** Moves the alert that an anomaly of an agent belongs to. */
export const setAnomalyStatus = defineOperation({
  name: 'set_anomaly_status',
  summary: 'Moves the alert of an anomaly to a status, for clients of the log-agent service.',
  role: 'analyst',
  input: z.strictObject({
    id: z.coerce.number().int().min(0).describe('The number of the anomaly.'),
    status: z.enum(['new', 'investigating', 'escalated', 'resolved', 'ignored', 'false_positive']),
  }),
  output: z.object({ alert_id: z.string() }),
  async run({ id, status }, deps: Pick<Deps, 'store' | 'queue' | 'now' | 'newId'> & { readonly actor: Actor }) {
    const { store } = deps
    const found = await store.anomalies.detectionIds([id])
    const [detection] = await store.detections.load([...found.values()])
    const alert = detection && (await store.alerts.newestOf(detection.dedup_key))
    if (!alert) {
      throw new AppError('NOT_FOUND', `Anomaly ${id} has no alert.`, {
        hint: 'List the anomalies to see their numbers. An anomaly that was taken over from another program has no alert.',
      })
    }
    await updateAlerts.run({ ids: [alert.id], exclude: [], wait: true, ...changes[status] }, deps)
    return { alert_id: alert.id }
  },
})
