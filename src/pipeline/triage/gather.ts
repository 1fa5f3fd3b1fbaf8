import { messageOf } from '../../errors.ts'
import { unlessAborted } from '../../lib/deadline/deadline.ts'
import type { Alert } from '../../schema/alert.ts'
import type { LookUpIntelligence } from '../../schema/intelligence.ts'
import type { GatherContext } from './context.ts'
import type { History, Surroundings } from './surroundings.ts'

/** Who is asked about an alert. Each may fail or hang: the alert is judged all the same. */
export interface Neighbours {
  readonly context?: GatherContext
  readonly intelligence?: LookUpIntelligence
  /** Earlier alerts that resemble it. */
  readonly history?: (alert: Alert, signal: AbortSignal) => Promise<History>
}

/** Asks all neighbours at once; what one does not answer in time is missing, and said to be. */
export const gather = async (
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
    context && ask('what its assets, people and networks are', () => context(alert)),
    intelligence && ask('what threat intelligence knows', () => intelligence(alert, signal)),
    history && ask('what happened before', () => history(alert, signal)),
  ])
  return {
    ...(around && { context: around }),
    ...(others && { intelligence: others }),
    ...(before && { history: before }),
    ...(unanswered.length > 0 && { unanswered: unanswered.sort() }),
  }
}
