/** Chooses the size of the next step, so that no other work waits long. */
export interface Pace {
  readonly size: number
  /** Learns from a step of the current size that took `ms`. */
  took(ms: number): void
}

/** A step that takes much less than this grows, one that takes more shrinks. In ms. */
const target = 20

/** Starts small and doubles or halves. */
export const createPace = ({ least, most }: { readonly least: number; readonly most: number }): Pace => {
  let size = least
  return {
    get size() {
      return size
    },
    took(ms) {
      if (ms > target) size = Math.max(least, Math.floor(size / 2))
      else if (ms < target / 2) size = Math.min(most, size * 2)
    },
  }
}
