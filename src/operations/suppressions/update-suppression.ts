import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import { suppression } from '../../schema/suppression.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { applySuppression } from './apply-suppression.ts'
import { auditSuppression, expiry, readExpiry, reason, requireSuppression, risks, scope } from './suppression-scope.ts'
import { requireConfirmation, surveyScope } from './survey-scope.ts'

/** Changes a suppression. Resuming or editing it also marks the alerts that currently match as normal, even if they had exceeded it. */
export const updateSuppression = defineOperation({
  name: 'update_suppression',
  summary: 'Pauses, resumes, extends or edits a suppression.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100),
    paused: z.boolean().optional(),
    scope: scope.optional(),
    reason: reason.optional(),
    ...expiry,
    ...risks,
  }),
  output: suppression,
  async run(
    { id, paused, scope, reason, days, expires_at, even_if_worse, confirmed },
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
    const given = [paused, scope, reason, end, even_if_worse]
    if (given.every((value) => value === undefined)) {
      throw new AppError('INVALID_REQUEST', 'No change was given.', {
        hint: 'Give paused, scope, days, expires_at, reason or even_if_worse.',
      })
    }
    const before = await requireSuppression(store, id)
    const isActive = !(paused ?? before.paused)
    const isReconsidered = paused === false || scope !== undefined || even_if_worse !== undefined
    const survey = isActive && isReconsidered ? await surveyScope(store, scope ?? before.scope, time) : undefined
    if (survey) requireConfirmation(survey, confirmed)
    const after = {
      ...before,
      scope: scope ?? before.scope,
      paused: !isActive,
      even_if_worse: even_if_worse ?? before.even_if_worse,
      ...(survey && { covers: survey.covers }),
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
