import { clipDeviations, explainedKeep, type LevelEstimate, usualDeviate } from './level.ts'
import { countQuantile, countTails } from './tail.ts'

/** The overdispersion of a new series. Logs are typically overdispersed by about as much. */
const priorDispersion = 0.1
/** The weight of the prior, in buckets. */
const priorWeight = 10
const minDispersion = 0.005

/**
 * The level of a count per bucket: a Gamma–Poisson filter with forgetting (West and Harrison, Bayesian Forecasting, §10.8) whose
 * predictive distribution is negative binomial. Overdispersion is the method-of-moments excess of squared residuals. Zeros need no
 * special case, a new level has a wide distribution, and large counts vary more than in a Poisson distribution.
 */
export const createCountLevel = (memory: number): LevelEstimate => {
  const keep = 0.5 ** (1 / memory)
  let shape = 0
  let exposure = 0
  let excess = 0
  let squares = 0

  const meanAt = (season = 1): number => (exposure > 0 ? (shape / exposure) * season : 0)
  const dispersionAt = (mean: number): number => {
    const prior = priorWeight * mean * mean
    const dispersion = (excess + priorDispersion * prior) / (squares + prior)
    return dispersion > minDispersion ? dispersion : minDispersion
  }
  const varianceAt = (mean: number): number => mean + mean * mean * (dispersionAt(mean) + 1 / shape)

  return {
    meanAt,
    expect(season) {
      const mean = meanAt(season)
      if (mean <= 0) return { expected: 0, low: 0, high: 0 }
      const variance = varianceAt(mean)
      return {
        expected: mean,
        low: countQuantile(0.005, -usualDeviate, mean, variance),
        high: countQuantile(0.995, usualDeviate, mean, variance),
      }
    },
    tails(value, season) {
      const mean = meanAt(season)
      if (mean <= 0) return { upper: 1, lower: 1 }
      return countTails(value, mean, varianceAt(mean))
    },
    learn(value, season) {
      let clipped = value
      if (exposure >= 2) {
        const mean = meanAt(season)
        const variance = varianceAt(mean)
        const reach = clipDeviations * Math.sqrt(variance) + 2
        clipped = Math.min(mean + reach, Math.max(mean - reach, value))
        const residual = clipped - mean
        excess = excess * keep + residual * residual - mean - (mean * mean) / shape
        squares = squares * keep + mean * mean
      }
      // Jeffreys' prior of half an event: with a level of zero, the first event would be impossible.
      shape = shape === 0 ? clipped + 0.5 : shape * keep + clipped
      exposure = exposure * keep + season
      return clipped
    },
    move(sum, buckets, season) {
      const before = meanAt()
      shape = sum + 0.5
      exposure = Math.max(season, 0.01 * buckets)
      // Overdispersion is relative to the mean. Scale it to the new level, at half its weight.
      const ratio = before > 0 ? (meanAt() / before) ** 2 / 2 : 0
      excess *= ratio
      squares *= ratio
    },
    explain() {
      excess *= explainedKeep
      squares *= explainedKeep
    },
    forget(buckets) {
      const left = Math.max(keep ** buckets, Math.min(1, 3 / exposure))
      shape *= left
      exposure *= left
    },
    silence(due) {
      const mean = meanAt()
      if (mean <= 0) return 1
      const spread = dispersionAt(mean) + 1 / shape
      return Math.exp(-Math.log1p(due * spread) / spread)
    },
    save: (writer) => {
      for (const value of [shape, exposure, excess, squares]) writer.f64(value)
    },
    restore(reader) {
      shape = reader.f64()
      exposure = reader.f64()
      excess = reader.f64()
      squares = reader.f64()
    },
  }
}
