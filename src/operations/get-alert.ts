import { z } from 'zod'
import { AppError } from '../errors.ts'
import { alert } from '../schema/alert.ts'
import { detection } from '../schema/detection.ts'
import { auditView, toAuditView } from './list-audit.ts'
import { defineOperation } from './operation.ts'
import type { World } from './world.ts'

/** Shows one alert with the detections that were folded into it and what people did with it. */
export const getAlert = defineOperation({
  name: 'get_alert',
  summary: 'Shows one alert with its detections and its history.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(100) }),
  output: alert.extend({ detections: z.array(detection), history: z.array(auditView) }).meta({ id: 'AlertDetails' }),
  async run({ id }, { store }: Pick<World, 'store'>) {
    const found = await store.alerts.get(id)
    if (!found) {
      throw new AppError('NOT_FOUND', `There is no alert "${id}".`, { hint: 'List the alerts for their ids.' })
    }
    const [detections, history] = await Promise.all([
      store.detections.load(found.detection_ids),
      store.audit.list({ target_id: id, limit: 200 }),
    ])
    return { ...found, detections: [...detections], history: history.items.map(toAuditView) }
  },
})
