import { z } from 'zod'
import { defineOperation } from './operation.ts'
import type { World } from './world.ts'

/** Loads the model of a folder; it judges log events from then on. */
export const loadLogModel = defineOperation({
  name: 'load_log_model',
  summary: 'Loads a model for log events from a folder.',
  role: 'viewer',
  input: z.strictObject({ model_dir: z.string().min(1).max(1_000).optional() }),
  output: z.object({ status: z.literal('success'), message: z.string(), loaded_at: z.iso.datetime() }),
  async run({ model_dir }, { logModels }: Pick<World, 'logModels'>) {
    const { folder, loadedAt } = await logModels.load(model_dir)
    return {
      status: 'success' as const,
      message: `Models loaded from ${folder}`,
      loaded_at: new Date(loadedAt).toISOString(),
    }
  },
})
