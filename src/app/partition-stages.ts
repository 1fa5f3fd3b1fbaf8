import { createLoginHistory } from '../context/login-history.ts'
import { type Checkpoint, createCheckpoint } from '../pipeline/checkpoint.ts'
import { createClock } from '../pipeline/clock.ts'
import { createPackEvents, type PackedEvents } from '../pipeline/pack-events.ts'
import type { PartitionStages } from '../pipeline/pipeline.ts'
import { recover } from '../pipeline/recovery.ts'
import type { Transaction } from '../store/database.ts'
import type { EventStore } from '../store/events/events.ts'
import type { Foundation } from './base.ts'
import { createEventStages } from './event-stages.ts'
import { joinProgress, type Learnt } from './learnt.ts'
import type { AppTables } from './tables.ts'

const checkpointMs = 30_000

type PackedBlocks = Parameters<EventStore['save']>[0]

interface OpenPartition {
  readonly stages: ReturnType<typeof createEventStages>
  readonly checkpoint: Checkpoint<Transaction>
}

/**
 * Creates the stages that learn, once for each partition that this thread works.
 *
 * @param restored runs after the memory of a partition was restored
 */
export const createPartitionStages = (
  { config, store, telemetry, runtime: { now, log, signal } }: Foundation,
  tables: AppTables,
  restored: (partition: number) => Promise<void>,
) => {
  const { partitions } = config
  const { history } = tables.context.tables
  const open = new Map<number, OpenPartition>()
  let forgotten = 0

  const create = (partition: number): OpenPartition => {
    const stages = createEventStages({
      config,
      clock: createClock(now),
      rules: tables.rules.book,
      context: tables.context.tables,
      // For triage, the tables join the histories of all partitions of this thread.
      history: partitions === 1 ? history : createLoginHistory(),
      indicators: tables.intel.intel.table.index,
      agents: tables.agents,
      ...(partitions > 1 && { sigmaReports: 'rules' }),
      leavesIntruders: true,
      log,
      signal,
    })
    const { learners } = stages
    return {
      stages,
      checkpoint: createCheckpoint({ learners, partition, models: store.models, interval: checkpointMs, now, log }),
    }
  }

  let spare: OpenPartition | undefined
  /** The stages of any partition: for questions, which are about no partition in particular. */
  const some = (): OpenPartition => {
    const [first] = open.values()
    if (first) return first
    spare ??= create(0)
    return spare
  }

  const learnt: Omit<Learnt, 'triageAlert'> = {
    parse: async (batch) => some().stages.parse(batch),
    progress: async () => joinProgress([...open.values()].flatMap(({ stages }) => stages.progress())),
    loginHistory: async () => [history.save()],
    async forget() {
      forgotten += 1
      for (const { checkpoint } of open.values()) checkpoint.forget()
    },
  }

  return {
    learnt,
    open(partition: number): PartitionStages<Transaction, PackedEvents<PackedBlocks>> {
      const opened = create(partition)
      const { stages, checkpoint } = opened
      open.set(partition, opened)
      return {
        normalize: stages.normalizer.stage,
        mine: stages.mine,
        enrich: stages.enrich,
        events: createPackEvents({
          events: store.events,
          parseHealth: store.parseHealth,
          takeCounts: stages.normalizer.takeCounts,
          reached: checkpoint.reached,
          parsed: telemetry.parsed,
        }),
        detect: stages.detect,
        facts: stages.factsOf,
        checkpoint: checkpoint.stage,
        memory: {
          async restore() {
            stages.forgetDeliveries()
            const covers = (other: number) => other % partitions === partition
            const before = forgotten
            await recover({ events: store.events, covers, checkpoint, learn: stages.replay, log })
            // This state was read before it was forgotten.
            if (forgotten !== before) checkpoint.forget()
            if (stages.history !== history) history.add(stages.history.save())
            await restored(partition)
          },
          save: checkpoint.save,
          close() {
            if (open.get(partition) === opened) open.delete(partition)
          },
        },
      }
    },
  }
}
