import { z } from 'zod'
import { detection } from '../../schema/detection.ts'
import type { Deps } from '../deps.ts'
import { detectionFilter } from '../filter.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, q, range, toPage } from '../paging.ts'
import { parseRange } from '../time.ts'

/** Lists what detectors saw, newest first. */
export const listDetections = defineOperation({
  name: 'list_detections',
  summary: 'Lists what detectors saw, newest first.',
  role: 'viewer',
  input: z.strictObject({ q, ...range, ...paging }),
  output: pageOf(detection),
  async run({ q, from, to, limit, cursor }, { store, now }: Pick<Deps, 'store' | 'now'>) {
    const time = now()
    const { matches, pieces } = detectionFilter(q, time)
    const span = parseRange({ from, to }, time)
    return toPage(await store.detections.list({ matches, pieces, ...span, limit, after: cursor }), (item) => item)
  },
})
