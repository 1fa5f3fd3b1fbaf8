import { z } from 'zod'
import type { Log, Runtime } from '../component.ts'
import type { Config } from '../config.ts'
import { messageOf } from '../errors.ts'
import type { BatchScorer } from '../operations/deps.ts'
import { batchScore } from '../operations/log-batches/log-batch.ts'

const patienceMs = 2_000
const answer = z.object({ score: z.number().min(0).max(1) })

/** Makes what scores batches of logs: the formula, or a scorer elsewhere while it answers. */
export const createBatchScorer = (
  { threshold, ml_url: url, model_version: version }: Config['log_analyzer'],
  { fetch, log, signal }: Pick<Runtime, 'fetch' | 'signal'> & { readonly log: Log },
): BatchScorer => {
  let problem: string | undefined
  return {
    threshold,
    version,
    problem: () => problem,
    async score(features) {
      if (url === undefined) return { score: batchScore(features), by: 'formula' }
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ features }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
        })
        if (!response.ok) throw new Error(`it answered ${response.status}`)
        const { score } = answer.parse(await response.json())
        problem = undefined
        return { score, by: 'external' }
      } catch (error) {
        problem = `The scorer at log_analyzer.ml_url does not answer: ${messageOf(error)}. Batches are scored by the formula.`
        log.warn({ reason: messageOf(error) }, 'The external scorer does not answer; the formula stands in.')
        return { score: batchScore(features), by: 'formula', problem }
      }
    },
  }
}
