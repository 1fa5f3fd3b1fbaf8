import { z } from 'zod'
import type { ScoredFeatures } from './log-batch.ts'

/** The usual failed logins and errors of a batch of logs. */
export const batchModel = z.object({
  failed_logins: z.object({
    mean: z.number().positive(),
    /** The size parameter of a negative binomial distribution; null for a Poisson distribution. */
    size: z.number().positive().nullable(),
  }),
  /** The usual share of errors, and the excess that counts as one nat; both from 0 to 1. */
  error_rate: z.object({ usual: z.number(), scale: z.number().positive() }),
  /** The surprise, in nats, that scores 1 − 1/e. */
  nats: z.number().positive(),
})
export type BatchModel = z.output<typeof batchModel>

/** The model before any training: one failed login and 5 % of errors are usual. */
export const formula: BatchModel = {
  failed_logins: { mean: 1, size: null },
  error_rate: { usual: 0.05, scale: 0.09 },
  nats: 3,
}

/** The lowest mean and scale: less would make the first failure of a quiet system certain to be an attack. */
const least = { mean: 0.05, scale: 0.02 }
/** The score of the most surprising hundredth of the batches in training; alarms begin at 0.8. */
const scoreAtEdge = 0.8

/**
 * Scores a batch from 0 to 1, where high means anomalous. The score adds the surprise of this many failed logins (−ln of the probability of
 * at least so many) to the excess of the error rate, both in nats. More failures or errors never lower the score. A model knows no
 * time of day: detectors do better on logs with a baseline.
 */
export const batchScore = (features: ScoredFeatures, model: BatchModel = formula): number =>
  Math.round((1 - Math.exp(-surpriseOf(features, model) / model.nats)) * 1e4) / 1e4

const surpriseOf = ({ failed_logins, error_rate }: ScoredFeatures, model: BatchModel): number =>
  tailSurprise(failed_logins, model.failed_logins) +
  Math.max(0, error_rate - model.error_rate.usual) / model.error_rate.scale

const mostTerms = 10_000
const nothingLeft = 1e-9

/** −ln P(X ≥ n). Where the sum leaves nothing, the leading term stands for the tail. O(n), at most 10,000 terms. */
const tailSurprise = (n: number, { mean, size }: BatchModel['failed_logins']): number => {
  const wanted = Math.min(Math.ceil(n), mostTerms)
  // The logarithm of P(X = k), which starts at k = 0.
  let log = size === null ? -mean : size * Math.log(size / (size + mean))
  let below = 0
  for (let k = 0; k < wanted; k += 1) {
    below += Math.exp(log)
    log += size === null ? Math.log(mean / (k + 1)) : Math.log(((k + size) / (k + 1)) * (mean / (mean + size)))
  }
  return 1 - below > nothingLeft ? -Math.log(1 - below) : -log
}

/**
 * Fits a model to batches, by moments: a negative binomial distribution for failed logins where their variance exceeds their mean, and the
 * median and the standard deviation of the error rate. At most about 1 % of batches like these score above 0.8. Do not train on a
 * time of attacks: they become usual. O(n log n); needs one batch or more.
 */
export const fitBatchModel = (batches: readonly ScoredFeatures[]): BatchModel => {
  const logins = momentsOf(batches.map(({ failed_logins }) => failed_logins))
  const rates = batches.map(({ error_rate }) => error_rate)
  const mean = Math.max(least.mean, logins.mean)
  const model: BatchModel = {
    failed_logins: { mean, size: logins.variance > mean ? mean ** 2 / (logins.variance - mean) : null },
    error_rate: { usual: quantile(rates, 0.5), scale: Math.max(least.scale, Math.sqrt(momentsOf(rates).variance)) },
    nats: formula.nats,
  }
  const edge = quantile(
    batches.map((one) => surpriseOf(one, model)),
    0.99,
  )
  return { ...model, nats: Math.max(formula.nats, edge / -Math.log(1 - scoreAtEdge)) }
}

const momentsOf = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length }
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)] ?? 0
