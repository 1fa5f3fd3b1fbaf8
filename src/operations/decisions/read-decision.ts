import { AppError } from '../../errors.ts'
import type { Decision } from '../../schema/decision.ts'
import type { Store } from '../../store/store.ts'

/** Between two steps of a decision that goes on lies less than this. */
const stepMs = 60_000

/** Finds a decision, or says that there is none. */
export const requireDecision = async (store: Store, id: string, now: number): Promise<Decision> => {
  const found = await store.decisions.get(id)
  if (found) return readDecision(found, now)
  throw new AppError('NOT_FOUND', `There is no decision "${id}".`, { hint: 'List your decisions for their ids.' })
}

/** Tells how a decision stands: one that was going on, and has not for a while, has stopped. */
export const readDecision = (decision: Decision, now: number): Decision =>
  decision.state === 'running' && now - Date.parse(decision.updated_at) > stepMs
    ? { ...decision, state: 'stopped' }
    : decision
