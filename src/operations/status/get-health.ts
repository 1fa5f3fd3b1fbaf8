import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** The state of the pipeline, stage by stage. */
export const health = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    /** Why not, in words for an operator. */
    problems: z.array(z.string()),
    stages: z.array(
      z.object({
        name: z.string(),
        received: z.int(),
        emitted: z.int(),
        failed: z.int(),
        last_error: z.string().optional(),
      }),
    ),
    queues: z.array(
      z.object({
        topic: z.string(),
        ready: z.int(),
        running: z.int(),
        dead: z.int(),
        oldest_age_ms: z.number(),
      }),
    ),
  })
  .meta({ id: 'Health' })

/** Reports whether the server accepts records, and the health of each stage and queue. */
export const getHealth = defineOperation({
  name: 'get_health',
  summary: 'Returns whether the server is ready, with the state of each stage and queue.',
  role: 'viewer',
  input: z.strictObject({}),
  output: health,
  async run(_input, deps: Pick<Deps, 'health'>) {
    const { ready, problems, stages, queues } = await deps.health()
    return {
      status: ready ? ('ready' as const) : ('not_ready' as const),
      problems: [...problems],
      stages: stages.map(({ lastError, ...stage }) => ({
        ...stage,
        ...(lastError !== undefined && { last_error: lastError }),
      })),
      queues: [...queues],
    }
  },
})
