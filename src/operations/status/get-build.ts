import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Tells what runs here and since when. */
export const getBuild = defineOperation({
  name: 'get_build',
  summary: 'Tells what the program was built from, which model scores batches, and since when it runs.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({
    commit: z.string(),
    branch: z.string(),
    model: z.string(),
    /** Why the configured scorer did not answer last time. */
    scorer_problem: z.string().optional(),
    started_at: z.iso.datetime(),
  }),
  async run(_input, { build, batchScorer }: Pick<Deps, 'build' | 'batchScorer'>) {
    const problem = batchScorer.problem()
    return {
      commit: build.commit,
      branch: build.branch,
      model: batchScorer.version ?? 'unknown',
      ...(problem !== undefined && { scorer_problem: problem }),
      started_at: new Date(build.startedAt).toISOString(),
    }
  },
})
