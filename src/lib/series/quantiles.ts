import type { Reader, Writer } from '../bytes/codec.ts'

/** Running estimates of fixed quantiles of a stream. */
export interface Quantiles {
  /** How many numbers were learnt, forgotten ones left out. */
  readonly count: number
  /** Where the marker of this index lies now; 0 is the smallest number seen, the last the largest. */
  at(marker: number): number
  /** Learns a finite number. */
  learn(value: number): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * Quantiles without the numbers: the P² algorithm (Jain and Chlamtac, Communications of the ACM 1985) with a marker for each of
 * `shares`, which must ascend from 0 to 1. Heights move only by interpolation, so scaling or shifting the stream does the same to the
 * markers. Once `memory` numbers were seen, old ones fade: positions shrink by as much as the newest numbers added.
 *
 * O(markers) a number, 12 bytes a marker. Exact until there are more numbers than markers. Not for streams that come sorted: markers
 * move one rank at a time and would trail behind; nor for a memory of more than ten million, as ranks are floats.
 */
export const createQuantiles = (shares: readonly number[], memory: number): Quantiles => {
  const size = shares.length
  const last = size - 1
  const heights = new Float64Array(size)
  const ranks = new Float32Array(size)
  let seen = 0

  const height = (index: number): number => heights[index] ?? 0
  const rank = (index: number): number => ranks[index] ?? 0

  /** Sorts one of the first numbers in; ranks are set when each marker has one. */
  const gather = (value: number): void => {
    let at = seen
    for (; at > 0 && height(at - 1) > value; at--) heights[at] = height(at - 1)
    heights[at] = value
    seen++
    if (seen === size) for (let index = 0; index < size; index++) ranks[index] = index
  }

  /** Moves a marker by one rank, along a parabola through its neighbours, or a line where the parabola would leave them. */
  const move = (index: number, by: 1 | -1): void => {
    const below = rank(index) - rank(index - 1)
    const above = rank(index + 1) - rank(index)
    const fall = (height(index) - height(index - 1)) / below
    const rise = (height(index + 1) - height(index)) / above
    const curved = height(index) + (by * ((below + by) * rise + (above - by) * fall)) / (below + above)
    const straight = height(index) + by * (by > 0 ? rise : fall)
    heights[index] = height(index - 1) < curved && curved < height(index + 1) ? curved : straight
    ranks[index] = rank(index) + by
  }

  const fade = (): void => {
    const keep = memory / rank(last)
    for (let index = 1; index < size; index++) ranks[index] = rank(index) * keep
  }

  return {
    get count() {
      return seen < size ? seen : rank(last) + 1
    },
    at: (marker) =>
      seen < size ? height(Math.min(seen - 1, Math.round((shares[marker] ?? 0) * (seen - 1)))) : height(marker),
    learn(value) {
      if (seen < size) {
        gather(value)
        return
      }
      if (value < height(0)) heights[0] = value
      if (value > height(last)) heights[last] = value
      for (let index = last; index > 0 && (index === last || value < height(index)); index--)
        ranks[index] = rank(index) + 1
      for (let index = 1; index < last; index++) {
        const lag = (shares[index] ?? 0) * rank(last) - rank(index)
        if (lag >= 1 && rank(index + 1) - rank(index) > 1) move(index, 1)
        else if (lag <= -1 && rank(index) - rank(index - 1) > 1) move(index, -1)
      }
      // Shrinking at every number would cost more than learning it.
      if (rank(last) > memory * 1.05) fade()
    },
    save(writer) {
      writer.varint(seen).f64s(heights).f32s(ranks)
    },
    restore(reader) {
      seen = reader.varint()
      heights.set(reader.f64s().subarray(0, size))
      ranks.set(reader.f32s().subarray(0, size))
    },
  }
}
