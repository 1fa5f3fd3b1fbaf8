import { messageOf } from '../errors.ts'
import type { Deps, Health } from '../operations/deps.ts'
import type { Telemetry } from '../telemetry.ts'

interface HealthParts {
  readonly store: Pick<Deps['store'], 'ping'>
  readonly queue: Pick<Deps['queue'], 'depths'>
  readonly telemetry: Pick<Telemetry, 'stages'>
  readonly outages: { problems(): readonly string[] }
  readonly alertQueues: { connections(): NonNullable<Health['broker']> }
  readonly llm: { problems(): Promise<readonly string[]> }
}

/** Tells whether the program can take records, and everything that is not as it should be. */
export const createHealth =
  ({ store, queue, telemetry, outages, alertQueues, llm }: HealthParts): Deps['health'] =>
  async () => {
    const base = { stages: telemetry.stages(), queues: [], broker: alertQueues.connections() }
    try {
      await store.ping()
      return {
        ...base,
        ready: true,
        // Records of others are taken all the same.
        problems: [...outages.problems(), ...(await llm.problems())],
        queues: (await queue.depths()).map(({ oldestAge, ...depth }) => ({ ...depth, oldest_age_ms: oldestAge })),
      }
    } catch (error) {
      // The queue is in the same database: its depths are unknown now.
      return { ...base, ready: false, problems: [messageOf(error), ...outages.problems()] }
    }
  }
