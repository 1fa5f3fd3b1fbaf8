import { z } from 'zod'
import { jobOrigin } from '../../queue/job-origin.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf } from '../paging.ts'

const deadLetter = z
  .object({
    id: z.string(),
    topic: z.enum(['records', 'facts', 'detections', 'alerts', 'incidents']),
    reason: z.string(),
    attempts: z.int(),
    failed_at: z.iso.datetime(),
    /** The number of its items. */
    count: z.int(),
    ...jobOrigin.shape,
  })
  .meta({ id: 'DeadLetter' })

/** Lists the jobs that failed on their last retry. */
export const listDeadLetters = defineOperation({
  name: 'list_dead_letters',
  summary: 'Lists dead-lettered jobs with the reason and the sources.',
  role: 'viewer',
  input: z.strictObject({}),
  output: pageOf(deadLetter),
  async run(_input, { queue }: Pick<Deps, 'queue'>) {
    const letters = await queue.deadLetters()
    return {
      data: letters.map(({ failedAt, ...letter }) => ({ ...letter, failed_at: new Date(failedAt).toISOString() })),
      next_cursor: null,
    }
  },
})
