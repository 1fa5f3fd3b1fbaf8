import { addPositions, createCheckpoint, learnersOf } from '../pipeline/checkpoint.ts'
import { createDetect } from '../pipeline/detect/detect.ts'
import type { Detector } from '../pipeline/detect/detector.ts'
import { createFollowIntruders } from '../pipeline/detect/login/follow-intruders.ts'
import { createIntruderWatch } from '../pipeline/detect/login/intruder-watch.ts'
import { detectorRegistry } from '../pipeline/detect/registry.ts'
import type { FactStages } from '../pipeline/pipeline.ts'
import type { ScheduledJob } from '../schedule.ts'
import type { Fact } from '../schema/event/fact.ts'
import type { Transaction } from '../store/database.ts'
import type { Foundation } from './base.ts'
import type { AppTables } from './tables.ts'

/** The partition under which the state of detectors over all partitions is saved. */
const allPartitions = -1
const followMs = 5_000

interface AcrossPartitions {
  readonly stages: FactStages<Transaction> | undefined
  readonly jobs: readonly ScheduledJob[]
  /** Resets the detectors. */
  forget(): void
}

/**
 * Creates the stages that run the correlations of Sigma rules, and follow intruders, on the facts of all partitions. Their state is saved with
 * each delivery, because its facts are stored nowhere else. A single partition counts correlations itself, but cannot follow intruders either:
 * what one did is often stored before the login that makes it interesting.
 */
export const createFactStages = (
  { config, store, queue, delivers, runtime }: Foundation,
  tables: AppTables,
): AcrossPartitions => {
  const { now, log } = runtime
  const registry = detectorRegistry(tables.rules.book, undefined, undefined, 'correlations')
  const watch = createIntruderWatch()
  const detectors = config.detectors.flatMap(({ type, ...options }): readonly Detector[] => {
    if (type === 'sigma' && config.partitions > 1) return [withoutLabelled(registry.create(type, options, runtime))]
    return type === 'sequence' ? [watch] : []
  })
  if (detectors.length === 0) return { stages: undefined, jobs: [], forget() {} }
  const { run, forgetDeliveries } = createDetect(detectors, { log })
  const learners = learnersOf(detectors)
  const checkpoint = createCheckpoint<Transaction>({
    ...{ learners, partition: allPartitions, models: store.models, interval: 0, now, log },
  })
  const follow = createFollowIntruders({
    wanted: watch.wanted,
    search: store.events.search,
    publish: (facts) => store.transaction((tx) => queue.publish('facts', facts, tx)),
    now,
  })
  const forget = () => {
    forgetDeliveries()
    checkpoint.forget()
  }
  return {
    stages: {
      async detect(facts, delivery) {
        const found = await run(facts, delivery)
        const positions = new Map<number, number>()
        addPositions(positions, facts)
        checkpoint.reached(positions)
        // A search finds events that are older than others of their partition.
        if (facts.length > 0) checkpoint.changed()
        return found
      },
      checkpoint: checkpoint.stage,
      memory: {
        async restore() {
          forget()
          await checkpoint.restore()
        },
        save: checkpoint.save,
        close: forget,
      },
    },
    jobs: delivers.includes('facts') ? [{ name: 'follow intruders', every: followMs, run: follow }] : [],
    forget,
  }
}

/** Rules count the events that rules have selected. */
const withoutLabelled = (detector: Detector): Detector => ({
  ...detector,
  detect: (facts: readonly Fact[]) => detector.detect(facts.filter(({ about }) => about === undefined)),
})
