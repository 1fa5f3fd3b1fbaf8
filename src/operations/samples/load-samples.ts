import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { sampleStatus } from '../../schema/record/sample.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Starts to load the sample. A repeated call changes nothing. */
export const loadSamples = defineOperation({
  name: 'load_samples',
  summary: 'Loads the recorded sample week into an empty database. Its times are shifted to end 15 minutes ago.',
  role: 'admin',
  input: z.strictObject({}),
  output: sampleStatus,
  async run(
    _input,
    { samples, store, now, actor }: Pick<Deps, 'samples' | 'store' | 'now'> & { readonly actor: Actor },
  ) {
    const { state } = await samples.status()
    if (state === 'loading' || state === 'loaded') return samples.status()
    await samples.load()
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'load_samples',
      target_type: 'samples',
      target_id: 'week',
      old_values: null,
      new_values: null,
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return samples.status()
  },
})
