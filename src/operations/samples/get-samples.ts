import { z } from 'zod'
import { sampleStatus } from '../../schema/record/sample.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Returns the state of the sample. */
export const getSamples = defineOperation({
  name: 'get_samples',
  summary: 'Returns whether the sample week is loaded, and the progress of its analysis.',
  role: 'viewer',
  input: z.strictObject({}),
  output: sampleStatus,
  run: async (_input, { samples }: Pick<Deps, 'samples'>) => samples.status(),
})
