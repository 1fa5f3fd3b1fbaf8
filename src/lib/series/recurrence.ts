import type { Reader, Writer } from '../bytes/codec.ts'

/** Bins of surprise, by −log10 p: a spike ten times larger than the usual ones is in a bin of its own. */
const bins = [3, 4, 6, 8, 12, 18, 30, 60, 120, 240]
/** So many times is chance, more often is habit. */
const forgiven = 2

/** Knows which surprises come back. */
export interface Recurrence {
  /** How often there was a surprise at least as large on that side, per bucket; 0 while that is no habit. */
  rate(surprise: number, above: boolean): number
  /** Counts a bucket, and the surprise that began in it, if one did. */
  learn(surprise: number, above: boolean): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * Counts surprises by size, so that what happens every hour stops being rare, whatever a distribution says of it: an hourly job that
 * writes 200 lines is a spike in any model of lines a minute, and usual all the same. An episode counts once, however long.
 */
export const createRecurrence = (memory: number): Recurrence => {
  const keep = 0.5 ** (1 / memory)
  const counts = new Float32Array(2 * bins.length)
  let buckets = 0
  /** Decay is put off and gathered here: most buckets hold no surprise. */
  let scale = 1

  const settle = (): void => {
    for (let bin = 0; bin < counts.length; bin++) counts[bin] = (counts[bin] ?? 0) * scale
    scale = 1
  }

  return {
    rate(surprise, above) {
      let count = -forgiven
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
      settle()
      let bin = 0
      while (bin + 1 < bins.length && (bins[bin + 1] ?? 0) <= surprise) bin++
      const at = (above ? 0 : bins.length) + bin
      counts[at] = (counts[at] ?? 0) + 1
    },
    save(writer) {
      settle()
      writer.f64(buckets).f32s(counts)
    },
    restore(reader) {
      buckets = reader.f64()
      counts.set(reader.f32s().subarray(0, counts.length))
      scale = 1
    },
  }
}
