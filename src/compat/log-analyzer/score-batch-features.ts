import { z } from 'zod'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import { readBatchModel } from './batch-model-store.ts'
import type { BatchScorer } from './batch-scorer.ts'
import { scoredFeatures } from './log-batch.ts'

/** Scores the features of a batch of logs; stores nothing. */
export const scoreBatchFeatures = (scorer: BatchScorer) =>
  defineOperation({
    name: 'score_batch_features',
    summary: 'Scores the failed logins and the error rate of a batch of logs.',
    role: 'viewer',
    input: z.strictObject({ features: scoredFeatures }),
    output: z.object({ score: z.number(), anomaly: z.boolean() }),
    async run({ features }, { store }: Pick<Deps, 'store'>) {
      const { score } = await scorer.score(features, await readBatchModel(store))
      return { score, anomaly: score > scorer.threshold }
    },
  })
