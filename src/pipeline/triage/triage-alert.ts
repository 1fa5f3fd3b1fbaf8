import { minute } from '../../lib/units/time.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { SuppliedFacts } from '../../schema/triage/supplied-enrichment.ts'
import type { TriageResult } from '../../schema/triage/triage-result.ts'
import type { Neighbours } from './gather.ts'
import { createTriage } from './triage.ts'

type TriageOptions = Parameters<typeof createTriage>[0]

/** Triages one alert outside the pipeline, with the same triager and lookups. The sender's facts replace our own. */
export const createTriageAlert =
  (options: TriageOptions) =>
  async (alert: Alert, facts: SuppliedFacts): Promise<TriageResult> => {
    const triage = createTriage({ ...options, neighbours: withFacts(options.neighbours, facts) })
    const [triaged] = await triage([alert], {
      id: alert.id,
      attempt: 1,
      signal: AbortSignal.timeout(longest),
      transaction: async () => undefined,
    })
    if (!triaged) throw new Error('triage returned no result')
    return triaged.triage
  }

const longest = minute

/** Lets lookups return the sender's facts, if there are any. */
const withFacts = ({ context, intelligence, ...others }: Neighbours, facts: SuppliedFacts): Neighbours => {
  const { threatIntel, ...surroundings } = facts
  return {
    ...others,
    ...(context && {
      context: (alert) => {
        const found = context(alert)
        return { ...found, surroundings: { ...found.surroundings, ...surroundings } }
      },
    }),
    ...(intelligence && {
      intelligence: async (alert, signal) => ({
        ...(await intelligence(alert, signal)),
        ...(threatIntel && { threatIntel }),
      }),
    }),
  }
}
