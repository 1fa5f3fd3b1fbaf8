import { messageOf } from '../errors.ts'
import type { World } from '../operations/world.ts'
import type { Telemetry } from '../telemetry.ts'

interface HealthParts {
  readonly store: Pick<World['store'], 'ping'>
  readonly queue: Pick<World['queue'], 'depths'>
  readonly telemetry: Pick<Telemetry, 'stages'>
  readonly outages: { problems(): readonly string[] }
  readonly llm: { problems(): Promise<readonly string[]> }
}

/** Tells whether the program can take records, and everything that is not as it should be. */
export const createHealth =
  ({ store, queue, telemetry, outages, llm }: HealthParts): World['health'] =>
  async () => {
    const problems: string[] = []
    await store.ping().catch((error: unknown) => problems.push(`The store does not answer: ${messageOf(error)}`))
    return {
      ready: problems.length === 0,
      // Records of others are taken all the same.
      problems: [...problems, ...outages.problems(), ...(problems.length === 0 ? await llm.problems() : [])],
      stages: telemetry.stages(),
      queues: (await queue.depths()).map(({ oldestAge, ...depth }) => ({ ...depth, oldest_age_ms: oldestAge })),
    }
  }
