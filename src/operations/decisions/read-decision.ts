import { AppError } from '../../errors.ts'
import { minute } from '../../lib/units/time.ts'
import type { Decision } from '../../schema/audit/decision.ts'
import type { Store } from '../../store/store.ts'

/** The longest time between two steps of a running change. */
const stepMs = minute

/** Finds a bulk change; throws NOT_FOUND. */
export const requireDecision = async (store: Store, id: string, now: number): Promise<Decision> => {
  const found = await store.decisions.get(id)
  if (found) return readDecision(found, now)
  throw new AppError('NOT_FOUND', `Decision "${id}" not found.`, { hint: 'List your decisions to see their IDs.' })
}

/** Reports a bulk change as stopped if it was running but made no progress for a while. */
export const readDecision = (decision: Decision, now: number): Decision =>
  decision.state === 'running' && now - Date.parse(decision.updated_at) > stepMs
    ? { ...decision, state: 'stopped' }
    : decision
