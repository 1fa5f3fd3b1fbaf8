import { clipDeviations, explainedKeep, type LevelEstimate, usualDeviate } from './level.ts'
import { studentTails } from './tail.ts'

/** Degrees of freedom: few, because measurements jump more often than in a normal distribution. */
const freedom = 4
/** The ratio of standard deviation to mean absolute deviation of a normal distribution. */
const toDeviation = 1.2533141373155
/** The smallest assumed spread of a flat line, as a share of its value. */
const minSpreadShare = 0.001

/**
 * The level of a measurement (a latency, a share, a temperature): an exponentially weighted mean and mean absolute deviation with
 * clipped updates (Gelper, Fried and Croux, Journal of Forecasting 2010). Tails follow Student's t distribution.
 */
export const createValueLevel = (memory: number): LevelEstimate => {
  const keep = 0.5 ** (1 / memory)
  let weight = 0
  let mean = 0
  let residualWeight = 0
  let residual = 0

  const deviation = (): number => {
    const own = residualWeight > 0 ? (residual / residualWeight) * toDeviation : Math.abs(mean)
    const spread = Math.max(own, Math.abs(mean) * minSpreadShare, 1e-9)
    return spread * Math.sqrt(1 + 1 / Math.max(1, weight))
  }

  return {
    expect(season) {
      const expected = mean + season
      // 4.604 is the 99.5 % quantile of Student's t with four degrees of freedom.
      const reach = deviation() * (weight > 0 ? 4.604 : usualDeviate)
      return { expected, low: expected - reach, high: expected + reach }
    },
    meanAt: (season = 0) => mean + season,
    tails: (value, season) => studentTails((value - mean - season) / deviation(), freedom),
    learn(value, season) {
      let clipped = value - season
      if (weight >= 2) {
        const reach = clipDeviations * deviation()
        clipped = Math.min(mean + reach, Math.max(mean - reach, clipped))
      }
      if (weight > 0) {
        residualWeight = residualWeight * keep + 1
        residual = residual * keep + Math.abs(clipped - mean)
      }
      weight = weight * keep + 1
      mean += (clipped - mean) / weight
      return clipped + season
    },
    move(sum, buckets, season) {
      mean = (sum - season) / buckets
      weight = buckets
    },
    explain() {
      residualWeight *= explainedKeep
      residual *= explainedKeep
    },
    forget(buckets) {
      weight *= Math.max(keep ** buckets, Math.min(1, 3 / weight))
    },
    save: (writer) => {
      for (const value of [weight, mean, residualWeight, residual]) writer.f64(value)
    },
    restore(reader) {
      weight = reader.f64()
      mean = reader.f64()
      residualWeight = reader.f64()
      residual = reader.f64()
    },
  }
}
