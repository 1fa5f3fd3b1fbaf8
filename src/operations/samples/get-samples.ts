import { z } from 'zod'
import { sampleStatus } from '../../schema/sample.ts'
import { defineOperation } from '../operation.ts'
import type { World } from '../world.ts'

/** Tells how it stands with the sample. */
export const getSamples = defineOperation({
  name: 'get_samples',
  summary: 'Tells whether the recorded sample week is loaded, and how far its analysis is.',
  role: 'viewer',
  input: z.strictObject({}),
  output: sampleStatus,
  run: async (_input, { samples }: Pick<World, 'samples'>) => samples.status(),
})
