import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

export const getLogModel = defineOperation({
  name: 'get_log_model',
  summary: 'Returns the model that scores log events, if one is loaded.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({
    loaded: z.boolean(),
    loaded_at: z.iso.datetime().nullable(),
    threshold: z.number().nullable(),
    trees: z.int().nullable(),
    contamination: z.number().nullable(),
    feature_names: z.array(z.string()).nullable(),
  }),
  async run(_input, { logModels }: Pick<Deps, 'logModels'>) {
    const found = logModels.current()
    return {
      loaded: found !== undefined,
      loaded_at: found ? new Date(found.loadedAt).toISOString() : null,
      threshold: found?.model.threshold ?? null,
      trees: found?.model.trees ?? null,
      contamination: found?.model.contamination ?? null,
      feature_names: found ? [...found.model.featureNames] : null,
    }
  },
})
