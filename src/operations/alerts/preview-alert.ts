import { AppError } from '../../errors.ts'
import { day } from '../../lib/units/time.ts'
import { toExternalDetection } from '../../pipeline/detect/external/external-detection.ts'
import { mergeDetections } from '../../pipeline/detect/merge/merge-detections.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Deps } from '../deps.ts'
import { alertsToRecords, readAlerts } from './foreign-alerts.ts'

/** An alert of another system as it would be stored. */
export interface PreviewedAlert {
  readonly alert: Alert
  /** The sender’s ID, or ours if there is none. */
  readonly alertId: string
}

/**
 * Builds the alert for a body of another system without storing it. Throws INVALID_ALERT unless the body is one alert.
 */
export const previewAlert = async (
  body: unknown,
  sourceType: string | undefined,
  { normalize, now }: Pick<Deps, 'normalize' | 'now'>,
): Promise<PreviewedAlert> => {
  const time = now()
  const sent = readAlerts(body, sourceType, time)
  const [record] = alertsToRecords(sent, undefined, time)
  if (!record || sent.length > 1) {
    throw new AppError('INVALID_ALERT', `The body contains ${sent.length} alerts.`, { hint: 'Send one alert.' })
  }
  const { text, ...rest } = record
  const [event] = await normalize({ partition: 0, first: 0, ...rest, texts: [text] })
  const detection = event?.kind === 'alert' ? toExternalDetection(event, { ttl: day, least: 'info' }) : undefined
  const [alert] = detection ? mergeDetections([], [detection], { now: time, suppress: () => undefined }) : []
  if (!alert)
    throw new AppError('INVALID_ALERT', 'The alert is already resolved.', { hint: 'Send an alert that is firing.' })
  return { alert, alertId: alert.observed?.external_id ?? alert.id }
}
