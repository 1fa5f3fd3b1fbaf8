interface HangWatchOptions {
  /** Asks the thread for a sign of life; resolves with its answer. */
  readonly ask: () => Promise<unknown>
  /** Runs once, when the thread has not answered for too long. */
  readonly hung: () => void
  readonly every?: number
  readonly mostMissed?: number
}

/** How long a thread may work without a pause, in ms. A slice of a delivery takes milliseconds, and on a slow machine seconds. */
export const longestHang = 10 * 60_000
const pingMs = 30_000

/**
 * Notices a thread that never returns from its work, such as from an endless loop. It counts ticks, not time: while the whole process is
 * suspended, none passes. Returns a function that ends the watch.
 */
export const watchForHang = ({ ask, hung, every = pingMs, mostMissed = longestHang / pingMs }: HangWatchOptions) => {
  let isAnswered = true
  let missed = 0
  const timer = setInterval(() => {
    if (isAnswered) {
      isAnswered = false
      missed = 0
      ask().then(
        () => {
          isAnswered = true
        },
        // It has ended.
        () => clearInterval(timer),
      )
      return
    }
    missed += 1
    if (missed < mostMissed) return
    clearInterval(timer)
    hung()
  }, every)
  timer.unref()
  return (): void => clearInterval(timer)
}
