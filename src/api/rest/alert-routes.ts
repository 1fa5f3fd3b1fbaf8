import { ingestAlert } from '../../operations/alerts/ingest-alert.ts'
import { ingestAlerts } from '../../operations/alerts/ingest-alerts.ts'
import { alertBodies, readAlertBody, readBatchBody } from './alert-body.ts'
import { presentIn, refuseInEnvelope } from './envelope.ts'
import type { Route } from './route.ts'

/** The routes for alerts of other systems, with the envelope that their senders expect. */
export const alertRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/v1/alerts',
    operation: ingestAlert,
    read: readAlertBody,
    sends: alertBodies.one,
    present: presentIn('ingestion_id'),
    refuse: refuseInEnvelope,
  },
  {
    method: 'POST',
    path: '/api/v1/alerts/batch',
    operation: ingestAlerts,
    read: readBatchBody,
    sends: alertBodies.batch,
    present: presentIn('batch_id'),
    refuse: refuseInEnvelope,
  },
]
