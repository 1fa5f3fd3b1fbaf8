import { messageOf } from '../../errors.ts'
import type { PartitionState } from '../../queue/queue.ts'
import type { Deps, Health } from '../deps.ts'

interface HealthParts {
  readonly store: Pick<Deps['store'], 'ping' | 'blockProblems'>
  readonly queue: Pick<Deps['queue'], 'depths' | 'partitions'>
  readonly telemetry: { stages(): Health['stages'] }
  readonly outages: { problems(): readonly string[] }
  readonly broker: () => NonNullable<Health['broker']>
  /** The broker that carries records which wait; undefined if they wait in the database. */
  readonly carrier: { problems(): readonly string[] } | undefined
  readonly models: { problems(): Promise<readonly string[]> }
}

/** Reports whether the program accepts records, and every known problem. */
export const createHealth =
  ({ store, queue, telemetry, outages, broker, carrier, models }: HealthParts): Deps['health'] =>
  async () => {
    const refused = carrier?.problems() ?? []
    const base = { stages: telemetry.stages(), queues: [], broker: broker() }
    try {
      await store.ping()
      return {
        ...base,
        ready: refused.length === 0,
        // A source that cannot be reached does not stop records from other sources.
        problems: [
          ...refused,
          ...(await store.blockProblems()),
          ...outages.problems(),
          ...(await models.problems()),
          ...abandoned(await queue.partitions()),
        ],
        queues: (await queue.depths()).map(({ oldestAge, ...depth }) => ({ ...depth, oldest_age_ms: oldestAge })),
      }
    } catch (error) {
      // The queue is in the same database, so its depths are unknown.
      return { ...base, ready: false, problems: [messageOf(error), ...refused, ...outages.problems()] }
    }
  }

/** How long jobs wait before they count as unworked, in ms. A takeover is quicker. */
const abandonedMs = 60_000

/** Names the topics whose jobs no process works. */
const abandoned = (states: readonly PartitionState[]): readonly string[] =>
  states.flatMap(({ topic, partition, owner, waiting, oldestAge }) =>
    owner === undefined && oldestAge > abandonedMs
      ? [
          `No process works the topic ${topic}${topic === 'records' ? `, partition ${partition}` : ''}: ${waiting} wait. Start \`vedette worker\`.`,
        ]
      : [],
  )
