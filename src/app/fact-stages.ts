import { addPositions, createCheckpoint, learnersOf } from '../pipeline/checkpoint.ts'
import { createDetect } from '../pipeline/detect/detect.ts'
import { detectorRegistry } from '../pipeline/detect/registry.ts'
import type { FactStages } from '../pipeline/pipeline.ts'
import type { Transaction } from '../store/database.ts'
import type { Foundation } from './base.ts'
import type { AppTables } from './tables.ts'

/** The partition under which the state of detectors over all partitions is saved. */
const allPartitions = -1

/**
 * Creates the stages that run the correlations of Sigma rules on the facts of all partitions. Their state is saved with each delivery, because
 * its facts are stored nowhere else.
 */
export const createFactStages = (
  { config, store, runtime }: Foundation,
  tables: AppTables,
): FactStages<Transaction> | undefined => {
  if (config.partitions === 1) return undefined
  const { now, log } = runtime
  const registry = detectorRegistry(tables.rules.book, undefined, undefined, 'correlations')
  const detectors = config.detectors
    .filter(({ type }) => type === 'sigma')
    .map(({ type, ...options }) => registry.create(type, options, runtime))
  const { run, forgetDeliveries } = createDetect(detectors, { log })
  const learners = learnersOf(detectors)
  const checkpoint = createCheckpoint<Transaction>({
    ...{ learners, partition: allPartitions, models: store.models, interval: 0, now, log },
  })
  return {
    async detect(facts, delivery) {
      const found = await run(facts, delivery)
      const positions = new Map<number, number>()
      addPositions(positions, facts)
      checkpoint.reached(positions)
      return found
    },
    checkpoint: checkpoint.stage,
    memory: {
      async restore() {
        forgetDeliveries()
        checkpoint.forget()
        await checkpoint.restore()
      },
      save: checkpoint.save,
    },
  }
}
