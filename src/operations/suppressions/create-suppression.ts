import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { suppression } from '../../schema/suppression.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { applySuppression } from './apply-suppression.ts'
import { auditSuppression, expiry, readExpiry, reason, risks, scope, usualExpiry } from './suppression-scope.ts'
import { requireConfirmation, surveyScope } from './survey-scope.ts'

/** Marks activity as normal. */
export const createSuppression = defineOperation({
  name: 'create_suppression',
  summary: 'Creates a suppression. Alerts in its scope, including open ones, are stored but not notified.',
  role: 'analyst',
  input: z.strictObject({ scope, reason, ...expiry, ...risks }),
  output: suppression,
  async run(
    { scope, reason, days, expires_at, even_if_worse, confirmed },
    {
      store,
      queue,
      suppressions,
      now,
      newId,
      actor,
    }: Pick<Deps, 'store' | 'queue' | 'suppressions' | 'now' | 'newId'> & { readonly actor: Actor },
  ) {
    const time = now()
    const end = readExpiry({ days, expires_at }, time)
    const survey = await surveyScope(store, scope, time)
    requireConfirmation(survey, confirmed)
    const made = {
      id: newId(),
      scope,
      reason,
      owner: actor.name,
      created_at: new Date(time).toISOString(),
      expires_at: end === undefined ? usualExpiry(time) : end,
      paused: false,
      hits: 0,
      last_hit_at: null,
      covers: survey.covers,
      ...(even_if_worse && { even_if_worse }),
    }
    await store.transaction(async (tx) => {
      await store.suppressions.save(made, tx)
      const change = { time, actor: actor.name, action: 'create_suppression', before: undefined, after: made }
      await auditSuppression(store, tx, change)
    })
    await applySuppression(made, { store, queue, suppressions, now })
    return (await store.suppressions.get(made.id)) ?? made
  },
})
