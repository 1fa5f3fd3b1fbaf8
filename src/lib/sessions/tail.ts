/** Where the tail begins. */
const tailShare = 0.1
/** The least width of a tail, as a share of the greatest value that there is: where learnt sessions are all alike, it would be none. */
const leastWidth = 0.05

/**
 * Turns a measure into nats of surprise by what learnt sessions measure: −log of the share of them that reach the value, and past
 * the largest an exponential tail as wide as the mean excess over the 90 % quantile (peaks over threshold; Pickands 1975, with
 * shape 0). Never falls as the value rises. O(n log n) to build, O(log n) a value.
 */
export const toSurprise = (measured: Float64Array, greatest: number): ((value: number) => number) => {
  const sorted = measured.slice().sort()
  const count = sorted.length
  if (count === 0) return (value) => value
  const from = Math.min(count - 1, Math.floor(count * (1 - tailShare)))
  const threshold = sorted[from] ?? 0
  const largest = sorted[count - 1] ?? 0
  let excess = 0
  for (let i = from; i < count; i++) excess += (sorted[i] ?? 0) - threshold
  const width = Math.max(excess / (count - from), leastWidth * greatest)
  return (value) => {
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] ?? 0) < value) low = middle + 1
      else high = middle
    }
    const surprise = -Math.log((count - low + 1) / (count + 1))
    return low < count ? surprise : surprise + (value - largest) / width
  }
}
