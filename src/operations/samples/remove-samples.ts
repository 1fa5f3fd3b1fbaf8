import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { sampleRemoval } from '../../schema/record/sample.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Removes the sample and all findings in it. Does nothing if it is not loaded. */
export const removeSamples = defineOperation({
  name: 'remove_samples',
  summary: 'Removes the sample week with its findings and learned state.',
  role: 'admin',
  input: z.strictObject({}),
  output: sampleRemoval,
  async run(
    _input,
    { samples, store, now, actor }: Pick<Deps, 'samples' | 'store' | 'now'> & { readonly actor: Actor },
  ) {
    const removed = await samples.remove()
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'remove_samples',
      target_type: 'samples',
      target_id: 'week',
      old_values: removed,
      new_values: null,
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return removed
  },
})
