import { noIncident } from '../no-incident.ts'
import type { Notification } from '../sink.ts'
import type { DigestPage } from './digest-page.ts'

/** Wraps a digest in a message, for the receivers of people. */
export const toDigestNotification = (digest: DigestPage, idempotencyKey: string, time: number): Notification => ({
  incident: { ...noIncident(time), id: 'digest', display_id: 'DIGEST', title: digest.name, reason: digest.summary },
  reason: 'opened',
  idempotencyKey,
  digest,
})
