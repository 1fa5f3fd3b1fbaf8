/** Uses the empirical shares up to this share of the sessions; the rest, with anomalous ones among it, is compared with the body. */
const bodyShare = 0.75
/** The least width of a tail, as a share of the greatest value there can be: where learnt sessions are all alike, it would be none. */
const leastWidth = 0.1

/**
 * Turns a measure into nats of surprise by its distribution among learnt sessions: −log of the share of them that reach the value, up to
 * their upper quartile, and past it an exponential tail (peaks over threshold; Pickands, 1975, with shape 0). Its width is the median
 * excess over ln 2, not the mean, so that up to an eighth of anomalous ones among the learnt do not widen it. Never falls as the value
 * rises. O(n log n) to build, O(log n) a value.
 */
export const toSurprise = (measured: Float64Array, greatest: number): ((value: number) => number) => {
  const sorted = measured.slice().sort()
  const count = sorted.length
  const from = Math.floor(count * bodyShare)
  const threshold = sorted[from] ?? 0
  const excess = (sorted[(from + count) >> 1] ?? threshold) - threshold
  const width = Math.max(excess / Math.LN2, leastWidth * greatest)
  const atThreshold = -Math.log(1 - bodyShare)
  return (value) => {
    if (value > threshold) return atThreshold + (value - threshold) / width
    let low = 0
    let high = from
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] ?? 0) < value) low = middle + 1
      else high = middle
    }
    return Math.min(atThreshold, -Math.log((count - low + 1) / (count + 1)))
  }
}
