import { z } from 'zod'
import { requireAlert } from '../../operations/alerts/require-alert.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'

/** Tells how far an alert has come that was sent. */
export const trackAlert = defineOperation({
  name: 'track_alert',
  summary: 'Tells how far an alert has come: still on its way, judged, or in whose hands.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(1_024).describe('Our id of it, or its sender’s.') }),
  output: z
    .object({
      alert_id: z.string(),
      /** `processing` until triage has judged it, `analyzed` then, later what people made of it. */
      status: z.enum(['processing', 'analyzed', 'investigating', 'resolved', 'false_positive', 'suppressed']),
      message: z.string(),
    })
    .meta({ id: 'TrackedAlert' }),
  async run({ id }, { store, queue }: Pick<Deps, 'store' | 'queue'>) {
    const found = await store.alerts.get(id)
    if (!found) {
      const waiting = (await queue.depths()).some(
        ({ topic, ready, running }) => topic === 'records' && ready + running > 0,
      )
      // Whether it is among those that wait is not known before they are read.
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
