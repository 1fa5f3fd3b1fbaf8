import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import type { World } from '../world.ts'

/** Reads the metrics. */
export const getMetrics = defineOperation({
  name: 'get_metrics',
  summary: 'Reads the metrics in the text format of Prometheus.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.string(),
  run: async (_input, world: Pick<World, 'metrics'>) => world.metrics(),
})
