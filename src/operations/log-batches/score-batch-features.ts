import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { scoredFeatures } from './log-batch.ts'

/** Scores two numbers of a batch of logs, storing nothing. */
export const scoreBatchFeatures = defineOperation({
  name: 'score_batch_features',
  summary: 'Scores the failed logins and the share of errors of a batch of logs.',
  role: 'viewer',
  input: z.strictObject({ features: scoredFeatures }),
  output: z.object({ score: z.number(), anomaly: z.boolean() }),
  async run({ features }, { batchScorer }: Pick<Deps, 'batchScorer'>) {
    const { score } = await batchScorer.score(features)
    return { score, anomaly: score > batchScorer.threshold }
  },
})
