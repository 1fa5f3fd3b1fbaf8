import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/role.ts'
import { suppression } from '../../schema/suppression.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { applySuppression } from './apply-suppression.ts'
import { auditSuppression, expiry, readExpiry, reason, requireSuppression } from './suppression-scope.ts'

/** Pauses, resumes or extends a suppression. Its scope stays: another scope is another suppression. */
export const updateSuppression = defineOperation({
  name: 'update_suppression',
  summary: 'Pauses, resumes or extends a suppression, or changes its reason.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100),
    paused: z.boolean().optional(),
    reason: reason.optional(),
    ...expiry,
  }),
  output: suppression,
  async run(
    { id, paused, reason, days, expires_at },
    {
      store,
      queue,
      suppressions,
      now,
      actor,
    }: Pick<Deps, 'store' | 'queue' | 'suppressions' | 'now'> & { readonly actor: Actor },
  ) {
    const time = now()
    const end = readExpiry({ days, expires_at }, time)
    if (paused === undefined && reason === undefined && end === undefined) {
      throw new AppError('INVALID_REQUEST', 'No change was given.', {
        hint: 'Give paused, days, expires_at or reason.',
      })
    }
    const before = await requireSuppression(store, id)
    const after = {
      ...before,
      paused: paused ?? before.paused,
      reason: reason ?? before.reason,
      expires_at: end === undefined ? before.expires_at : end,
    }
    await store.transaction(async (tx) => {
      await store.suppressions.save(after, tx)
      await auditSuppression(store, tx, { time, actor: actor.name, action: 'update_suppression', before, after })
    })
    await applySuppression(after, { store, queue, suppressions, now })
    return (await store.suppressions.get(id)) ?? after
  },
})
