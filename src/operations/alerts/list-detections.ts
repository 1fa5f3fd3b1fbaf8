import { z } from 'zod'
import { detection } from '../../schema/detection/detection.ts'
import type { Deps } from '../deps.ts'
import { detectionFilter } from '../filter.ts'
import { defineOperation } from '../operation.ts'
import { filterText, pageOf, paging, timeRange, toPage } from '../paging.ts'
import { parseTimeRange } from '../time.ts'

export const listDetections = defineOperation({
  name: 'list_detections',
  summary: 'Lists detections, newest first.',
  role: 'viewer',
  input: z.strictObject({ q: filterText, ...timeRange, ...paging }),
  output: pageOf(detection),
  async run({ q, from, to, limit, cursor }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const time = now()
    const { matches, fragments } = detectionFilter(q, time)
    const span = parseTimeRange({ from, to }, time)
    return toPage(await store.detections.list({ matches, fragments, ...span, limit, after: cursor }), (item) => item)
  },
})
