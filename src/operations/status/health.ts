import { messageOf } from '../../errors.ts'
import type { Deps, Health } from '../deps.ts'

interface HealthParts {
  readonly store: Pick<Deps['store'], 'ping'>
  readonly queue: Pick<Deps['queue'], 'depths'>
  readonly telemetry: { stages(): Health['stages'] }
  readonly outages: { problems(): readonly string[] }
  readonly broker: () => NonNullable<Health['broker']>
  readonly models: { problems(): Promise<readonly string[]> }
}

/** Reports whether the program accepts records, and every known problem. */
export const createHealth =
  ({ store, queue, telemetry, outages, broker, models }: HealthParts): Deps['health'] =>
  async () => {
    const base = { stages: telemetry.stages(), queues: [], broker: broker() }
    try {
      await store.ping()
      return {
        ...base,
        ready: true,
        // A source that cannot be reached does not stop records from other sources.
        problems: [...outages.problems(), ...(await models.problems())],
        queues: (await queue.depths()).map(({ oldestAge, ...depth }) => ({ ...depth, oldest_age_ms: oldestAge })),
      }
    } catch (error) {
      // The queue is in the same database, so its depths are unknown.
      return { ...base, ready: false, problems: [messageOf(error), ...outages.problems()] }
    }
  }
