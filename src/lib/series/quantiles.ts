import type { Reader, Writer } from '../bytes/codec.ts'

/** Running estimates of fixed quantiles of a stream. */
export interface Quantiles {
  /** The count of learnt numbers, without forgotten ones. */
  readonly count: number
  /** The current estimate of a marker, by its index. The first marker is the minimum, the last the maximum. */
  at(marker: number): number
  /** Learns a finite number. */
  learn(value: number): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * Quantiles without storing the numbers: the P² algorithm (Jain and Chlamtac, Communications of the ACM 1985) with a marker for each of
 * `shares`, which must ascend from 0 to 1. Heights move only by interpolation, so scaling or shifting the stream scales or shifts the
 * markers. After `memory` numbers, the ranks shrink with every new number, so that old numbers lose weight.
 *
 * O(markers) per number, 12 bytes per marker. Exact until there are more numbers than markers. Not for sorted streams, because markers
 * move one rank at a time and lag behind. Not for a memory above ten million, because ranks are 32-bit floats.
 */
export const createQuantiles = (shares: readonly number[], memory: number): Quantiles => {
  const size = shares.length
  const last = size - 1
  const heights = new Float64Array(size)
  const ranks = new Float32Array(size)
  let seen = 0

  const height = (index: number): number => heights[index] ?? 0
  const rank = (index: number): number => ranks[index] ?? 0

  /** Inserts one of the first numbers in order. Sets the ranks when there is one number per marker. */
  const insert = (value: number): void => {
    let at = seen
    for (; at > 0 && height(at - 1) > value; at--) heights[at] = height(at - 1)
    heights[at] = value
    seen++
    if (seen === size) for (let index = 0; index < size; index++) ranks[index] = index
  }

  /** Moves a marker by one rank along the parabola through its neighbours, or along a line if the parabola leaves their range. */
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
        insert(value)
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
      // Shrinking after every number would take longer than learning it.
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
