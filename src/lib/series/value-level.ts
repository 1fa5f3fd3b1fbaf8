import { clipDeviations, explainedKeep, type Level, usualDeviate } from './level.ts'
import { studentTails } from './tail.ts'

/** Heavy tails: measurements jump more often than a normal distribution allows. */
const freedom = 4
/** The mean absolute deviation of a normal variable is this much of its standard deviation. */
const toDeviation = 1.2533141373155
/** A flat line is believed to stray at least this share of itself. */
const leastShare = 0.001

/**
 * The level of a measurement (a latency, a share, a temperature): an exponentially weighted mean and mean absolute deviation with
 * cut updates (Gelper, Fried and Croux, Journal of Forecasting 2010), judged by Student's t.
 */
export const createValueLevel = (memory: number): Level => {
  const keep = 0.5 ** (1 / memory)
  let weight = 0
  let mean = 0
  let strayWeight = 0
  let stray = 0

  const deviation = (): number => {
    const own = strayWeight > 0 ? (stray / strayWeight) * toDeviation : Math.abs(mean)
    const spread = Math.max(own, Math.abs(mean) * leastShare, 1e-9)
    return spread * Math.sqrt(1 + 1 / Math.max(1, weight))
  }

  return {
    expect(season) {
      const expected = mean + season
      // Student's quantile of one in two hundred at four degrees of freedom is 4.604.
      const reach = deviation() * (weight > 0 ? 4.604 : usualDeviate)
      return { expected, low: expected - reach, high: expected + reach }
    },
    tails: (value, season) => studentTails((value - mean - season) / deviation(), freedom),
    learn(value, season) {
      let cut = value - season
      if (weight >= 2) {
        const reach = clipDeviations * deviation()
        cut = Math.min(mean + reach, Math.max(mean - reach, cut))
      }
      if (weight > 0) {
        strayWeight = strayWeight * keep + 1
        stray = stray * keep + Math.abs(cut - mean)
      }
      weight = weight * keep + 1
      mean += (cut - mean) / weight
      return cut + season
    },
    get mean() {
      return mean
    },
    move(sum, buckets, season) {
      mean = (sum - season) / buckets
      weight = buckets
    },
    explain() {
      strayWeight *= explainedKeep
      stray *= explainedKeep
    },
    forget(buckets) {
      weight *= Math.max(keep ** buckets, Math.min(1, 3 / weight))
    },
    save: (writer) => {
      for (const value of [weight, mean, strayWeight, stray]) writer.f64(value)
    },
    restore(reader) {
      weight = reader.f64()
      mean = reader.f64()
      strayWeight = reader.f64()
      stray = reader.f64()
    },
  }
}
