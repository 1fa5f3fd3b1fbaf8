import { z } from 'zod'
import type { Log, Runtime } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { type BatchModel, batchScore, formula } from './batch-model.ts'
import type { LogAnalyzerConfig } from './config.ts'
import type { ScoredFeatures } from './log-batch.ts'

/** Scores a batch of logs by two features. */
export interface BatchScorer {
  /** The score above which a batch is an incident. */
  readonly threshold: number
  /** The version of the model, when the operator sets one. */
  readonly version: string | undefined
  /** Why the external scorer failed last time; undefined if it responded. */
  problem(): string | undefined
  /** Asks the external scorer, if there is one, or else the trained model, or the formula. */
  score(
    features: ScoredFeatures,
    trained: BatchModel | undefined,
  ): Promise<{
    readonly score: number
    readonly by: 'formula' | 'trained' | 'external'
    readonly problem?: string
  }>
}

const timeoutMs = 2_000
const answer = z.object({ score: z.number().min(0).max(1) })

/** Creates a scorer that asks `ml_url` and falls back to the trained model, or the formula. */
export const createBatchScorer = (
  { threshold, ml_url: url, model_version: version }: LogAnalyzerConfig,
  { fetch, log, signal }: Pick<Runtime, 'fetch' | 'signal'> & { readonly log: Log },
): BatchScorer => {
  let problem: string | undefined
  return {
    threshold,
    version,
    problem: () => problem,
    async score(features, trained) {
      const own = { score: batchScore(features, trained ?? formula), by: trained ? 'trained' : 'formula' } as const
      if (url === undefined) return own
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ features }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        })
        if (!response.ok) throw new Error(`it answered ${response.status}`)
        const { score } = answer.parse(await response.json())
        problem = undefined
        return { score, by: 'external' }
      } catch (error) {
        problem = `The scorer at log_analyzer.ml_url does not answer: ${messageOf(error)}. Batches are scored without it.`
        log.warn({ reason: messageOf(error) }, 'The external scorer failed; scoring without it.')
        return { ...own, problem }
      }
    },
  }
}
