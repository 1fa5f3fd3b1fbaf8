import type { Reader, Writer } from '../bytes/codec.ts'

/** Bins of surprise, by −log10 p. A spike ten times larger than the usual ones falls into another bin. */
const bins = [3, 4, 6, 8, 12, 18, 30, 60, 120, 240]
/** Up to this many repetitions count as chance. */
const chanceRepeats = 2

/** Learns which surprises recur. */
export interface Recurrence {
  /** The share of buckets with a surprise at least as large on that side; 0 if there were too few to be a habit. */
  rate(surprise: number, above: boolean): number
  /** Counts a bucket and the surprise that began in it. A `surprise` of 0 means none. */
  learn(surprise: number, above: boolean): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * Counts surprises by size, so that an event that recurs every hour stops being rare. An hourly job that writes 200 lines is a spike in
 * any distribution of lines per minute, and still usual. An episode counts once, however long it lasts.
 */
export const createRecurrence = (memory: number): Recurrence => {
  const keep = 0.5 ** (1 / memory)
  const counts = new Float32Array(2 * bins.length)
  let buckets = 0
  /** Pending decay, applied when it is needed: most buckets contain no surprise. */
  let scale = 1

  const applyDecay = (): void => {
    for (let bin = 0; bin < counts.length; bin++) counts[bin] = (counts[bin] ?? 0) * scale
    scale = 1
  }

  return {
    rate(surprise, above) {
      let count = -chanceRepeats
      const side = above ? 0 : bins.length
      for (let bin = bins.length - 1; bin >= 0; bin--) {
        count += (counts[side + bin] ?? 0) * scale
        if ((bins[bin] ?? 0) <= surprise) break
      }
      return count > 0 ? count / (buckets + 1) : 0
    },
    learn(surprise, above) {
      buckets = buckets * keep + 1
      scale *= keep
      if (surprise < (bins[0] ?? 0)) return
      applyDecay()
      let bin = 0
      while (bin + 1 < bins.length && (bins[bin + 1] ?? 0) <= surprise) bin++
      const at = (above ? 0 : bins.length) + bin
      counts[at] = (counts[at] ?? 0) + 1
    },
    save(writer) {
      applyDecay()
      writer.f64(buckets).f32s(counts)
    },
    restore(reader) {
      buckets = reader.f64()
      counts.set(reader.f32s().subarray(0, counts.length))
      scale = 1
    },
  }
}
