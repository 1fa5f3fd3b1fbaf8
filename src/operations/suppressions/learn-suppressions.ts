import { day } from '../../lib/units/time.ts'
import type { Deps } from '../deps.ts'
import { surveyScope } from './survey-scope.ts'

/**
 * Learns the usual counts from what each suppression hid on its first day, once. Returns the number of suppressions that were updated. Only
 * the scheduler calls this.
 */
export const learnSuppressions = async ({ store, now }: Pick<Deps, 'store' | 'now'>): Promise<number> => {
  const time = now()
  let learnt = 0
  for (const { id, covers, created_at } of await store.suppressions.list()) {
    if (!covers || covers.learnt || Date.parse(created_at) > time - day) continue
    // Read again: a user may have edited it meanwhile.
    const current = await store.suppressions.get(id)
    if (!current) continue
    const survey = await surveyScope(store, current.scope, time)
    await store.suppressions.save({ ...current, covers: { ...survey.covers, learnt: true } })
    learnt += 1
  }
  return learnt
}
