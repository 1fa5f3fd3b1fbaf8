import { createSortedWindow } from './sorted-window.ts'

/** Says how unlike all earlier stretches of a stream its last numbers are. */
export interface NearestStretch {
  /** Adds a number. Returns the distance of the stretch that it ends to the most similar earlier one; 0 while there is none. */
  distance(value: number): number
}

/**
 * The distance of the last `length` numbers to the nearest of the stretches before them, among the last `memory`: a shape that was never
 * seen is far from all of them (left discords: Keogh, Lin and Fu, ICDM 2005). The search begins at the successor of the last nearest
 * stretch, continues in order of the stretches' sums, and ends where the sum alone is too far.
 *
 * Exact. Compares a few dozen stretches as a rule, all of them at worst.
 */
export const createNearestStretch = (length: number, memory: number): NearestStretch => {
  const sums = createSortedWindow(memory)
  const { numbers: sumOf, order } = sums
  /** The numbers by slot, twice, so that every stretch is contiguous before its slot in the second half. */
  const numbers = new Float64Array(2 * memory)
  let count = 0
  let last = -1
  let nearest = -1

  /** The squared distance of the last stretch to the one that ends in a slot, or more than `limit`. Infinite if they overlap. */
  const compare = (slot: number, limit: number): number => {
    const age = last >= slot ? last - slot : last - slot + memory
    if (age < length || age + length > count) return Number.POSITIVE_INFINITY
    let sum = 0
    for (let step = 0; step < length && sum <= limit; step++) {
      const gap = (numbers[last + memory - step] ?? 0) - (numbers[slot + memory - step] ?? 0)
      sum += gap * gap
    }
    return sum
  }

  return {
    distance(value) {
      last = last + 1 === memory ? 0 : last + 1
      numbers[last] = value
      numbers[last + memory] = value
      count = Math.min(count + 1, memory)
      let sum = 0
      for (let step = 0; step < length; step++) sum += numbers[last + memory - step] ?? 0
      sums.add(sum)
      if (count < 2 * length) return 0
      nearest = nearest + 1 === memory ? 0 : nearest + 1
      let best = compare(nearest, Number.POSITIVE_INFINITY)
      let up = sums.countBelow(sum)
      let down = up - 1
      while (best > 0) {
        const above = up < count ? (sumOf[order[up] ?? 0] ?? 0) - sum : Number.POSITIVE_INFINITY
        const below = down >= 0 ? sum - (sumOf[order[down] ?? 0] ?? 0) : Number.POSITIVE_INFINITY
        const gap = above <= below ? above : below
        if (gap * gap >= best * length) break
        const slot = order[above <= below ? up++ : down--] ?? 0
        const distance = compare(slot, best)
        if (distance >= best) continue
        best = distance
        nearest = slot
      }
      return best === Number.POSITIVE_INFINITY ? 0 : Math.sqrt(best)
    },
  }
}
