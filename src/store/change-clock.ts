/** The clock of `changed_at`. Threads that write to the same database share it, so that no change is stamped earlier than a visible one. */
export interface ChangeClock {
  /** The memory of the clock, for another thread. */
  readonly shared: SharedArrayBuffer
  /** A moment later than every one given before, and not before `now`, in ms. */
  next(now: number): number
  /** Advances the clock to a stored moment. */
  reached(moment: number): void
}

/** Creates a clock, or joins that of another thread. */
export const createChangeClock = (shared = new SharedArrayBuffer(8)): ChangeClock => {
  const cell = new BigInt64Array(shared)
  const advance = (least: number, step: bigint): number => {
    for (;;) {
      const last = Atomics.load(cell, 0)
      const next = last + step > BigInt(least) ? last + step : BigInt(least)
      if (Atomics.compareExchange(cell, 0, last, next) === last) return Number(next)
    }
  }
  return {
    shared,
    next: (now) => advance(Math.floor(now), 1n),
    reached: (moment) => void advance(moment, 0n),
  }
}
