import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

/** Puts a dead letter back in its topic. */
export const retryDeadLetter = defineOperation({
  name: 'retry_dead_letter',
  summary: 'Requeues a dead-lettered job after its cause is fixed.',
  role: 'analyst',
  input: z.strictObject({ id: z.string().max(100) }),
  output: z.object({ id: z.string(), retried: z.literal(true) }),
  async run({ id }, { queue, store, now, actor }: Pick<Deps, 'queue' | 'store' | 'now'> & { readonly actor: Actor }) {
    if (!(await queue.retry(id))) {
      throw new AppError('NOT_FOUND', `Dead letter "${id}" not found.`, {
        hint: 'List the dead letters to see their IDs. A requeued job is no longer listed.',
      })
    }
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'retry_dead_letter',
      target_type: 'dead_letter',
      target_id: id,
      old_values: null,
      new_values: null,
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return { id, retried: true as const }
  },
})
