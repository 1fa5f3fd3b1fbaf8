import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { detection } from '../../schema/detection/detection.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

export const getDetection = defineOperation({
  name: 'get_detection',
  summary: 'Returns one detection with its reasons and evidence.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(100) }),
  output: detection,
  async run({ id }, { store }: Pick<Deps, 'store'>) {
    const found = await store.detections.get(id)
    if (found) return found
    throw new AppError('NOT_FOUND', `Detection "${id}" not found.`, { hint: 'List the detections to see their IDs.' })
  },
})
