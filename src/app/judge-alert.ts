import type { Deps } from '../operations/deps.ts'
import type { Neighbours } from '../pipeline/triage/gather.ts'
import { createTriage } from '../pipeline/triage/triage.ts'
import type { ToldFacts } from '../schema/told-enrichment.ts'

type TriageOptions = Parameters<typeof createTriage>[0]

/** Makes what judges one alert by itself, outside of the road, with the same triager and neighbours. */
export const createJudge =
  (options: TriageOptions): Deps['judge'] =>
  async (alert, told) => {
    const triage = createTriage({ ...options, neighbours: tellThem(options.neighbours, told) })
    const [judged] = await triage([alert], {
      id: alert.id,
      attempt: 1,
      signal: AbortSignal.timeout(longest),
      transaction: async () => undefined,
    })
    if (!judged) throw new Error('triage answered nothing')
    return judged.triage
  }

const longest = 60_000

/** Lets the neighbours say what was told, where something was. */
const tellThem = ({ context, intelligence, ...others }: Neighbours, told: ToldFacts): Neighbours => {
  const { threatIntel, ...surroundings } = told
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
