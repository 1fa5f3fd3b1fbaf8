import { z } from 'zod'
import { alert } from '../../schema/alert/alert.ts'
import { detection } from '../../schema/detection/detection.ts'
import { alertContext } from '../../schema/inventory/context.ts'
import { auditView, toAuditView } from '../audit/list-audit.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { createRanks, rankedSpan } from '../status/anomaly-ranks.ts'
import { requireAlert } from './require-alert.ts'

export const getAlert = defineOperation({
  name: 'get_alert',
  summary: 'Returns one alert with its detections, context and history.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(1_024).describe('Our ID or the sender’s ID of the alert.') }),
  output: alert
    .extend({
      detections: z.array(detection),
      context: z.array(alertContext),
      history: z.array(auditView),
      rank: z.object({
        /** How many percent of the anomalies are less severe or have a lower score; null if there are fewer than 20. */
        percent: z.number().nullable(),
        /** The number of anomalies in the 14 days until the alert was last seen. */
        of: z.int(),
      }),
    })
    .meta({ id: 'AlertDetails' }),
  async run({ id }, { store }: Pick<Deps, 'store'>) {
    const found = await requireAlert(store, id)
    const to = Date.parse(found.last_seen)
    const [detections, context, history, grades] = await Promise.all([
      store.detections.load(found.detection_ids),
      store.alertContext.of(found.id),
      store.audit.list({ target_id: found.id, limit: 200 }),
      store.detections.grades({ from: to - rankedSpan, to }),
    ])
    return {
      ...found,
      detections: [...detections],
      context: [...context],
      history: history.items.map(toAuditView),
      rank: { percent: createRanks(grades)(found), of: grades.reduce((sum, { count }) => sum + count, 0) },
    }
  },
})
