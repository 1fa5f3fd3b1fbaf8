import { messageOf } from '../../errors.ts'
import { unlessAborted } from '../../lib/deadline/deadline.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { LookUpIntelligence } from '../../schema/intelligence/intelligence.ts'
import type { GatherContext } from './context.ts'
import type { History, Surroundings } from './surroundings.ts'

/** Lookups for an alert. Each may fail or hang without blocking triage. */
export interface Neighbours {
  readonly context?: GatherContext
  readonly intelligence?: LookUpIntelligence
  /** Returns similar earlier alerts. */
  readonly history?: (alert: Alert, signal: AbortSignal) => Promise<History>
}

/** Runs all lookups at once. Missing answers are listed as such. */
export const gatherSurroundings = async (
  alert: Alert,
  { context, intelligence, history }: Neighbours,
  signal: AbortSignal,
): Promise<Surroundings> => {
  const unanswered: string[] = []
  const ask = async <Answer>(name: string, question: () => Answer | Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await unlessAborted(Promise.resolve(question()), signal)
    } catch (error) {
      unanswered.push(`${name}: ${messageOf(error)}`)
      return undefined
    }
  }
  const [around, others, before] = await Promise.all([
    context && ask('asset, user and network context', () => context(alert)),
    intelligence && ask('threat intelligence', () => intelligence(alert, signal)),
    history && ask('similar earlier alerts', () => history(alert, signal)),
  ])
  return {
    ...(around && { context: around }),
    ...(others && { intelligence: others }),
    ...(before && { history: before }),
    ...(unanswered.length > 0 && { unanswered: unanswered.sort() }),
  }
}
