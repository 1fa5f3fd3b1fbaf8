import { z } from 'zod'
import { sampleStatus } from '../../schema/sample.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Tells how it stands with the sample. */
export const getSamples = defineOperation({
  name: 'get_samples',
  summary: 'Tells whether the recorded sample week is loaded, and how far its analysis is.',
  role: 'viewer',
  input: z.strictObject({}),
  output: sampleStatus,
  run: async (_input, { samples }: Pick<Deps, 'samples'>) => samples.status(),
})
