import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Reads the metrics. */
export const getMetrics = defineOperation({
  name: 'get_metrics',
  summary: 'Returns the metrics in the Prometheus text format.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.string(),
  run: async (_input, deps: Pick<Deps, 'metrics'>) => deps.metrics(),
})
