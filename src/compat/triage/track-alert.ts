import { z } from 'zod'
import { requireAlert } from '../../operations/alerts/require-alert.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'

/** Returns the progress of an alert that a client sent. */
export const trackAlert = defineOperation({
  name: 'track_alert',
  summary: 'Returns the progress of an alert: queued, triaged, or what people made of it.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(1_024).describe('Our id of the alert, or the id of its sender.') }),
  output: z
    .object({
      alert_id: z.string(),
      /** `processing` until triage has a result, then `analyzed`, then the status that people set. */
      status: z.enum(['processing', 'analyzed', 'investigating', 'resolved', 'false_positive', 'suppressed']),
      message: z.string(),
    })
    .meta({ id: 'TrackedAlert' }),
  async run({ id }, { store, queue }: Pick<Deps, 'store' | 'queue'>) {
    const found = await store.alerts.get(id)
    if (!found) {
      const waiting = (await queue.depths()).some(
        ({ topic, ready, running }) => topic !== 'alerts' && topic !== 'incidents' && ready + running > 0,
      )
      // Any record, fact or detection that still waits may be this alert.
      if (!waiting) await requireAlert(store, id)
      return { alert_id: id, status: 'processing' as const, message: 'Alert is being processed' }
    }
    const status = statuses[found.status]
    return {
      alert_id: id,
      status,
      message:
        status === 'processing'
          ? 'Alert is being processed'
          : (found.triage?.summary ?? `The alert is ${status.replace('_', ' ')}.`),
    }
  },
})

const statuses = {
  new: 'processing',
  triaged: 'analyzed',
  investigating: 'investigating',
  resolved: 'resolved',
  false_positive: 'false_positive',
  suppressed: 'suppressed',
} as const
