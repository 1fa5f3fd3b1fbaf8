/** Whether the local clock shows a time twice, because it is turned back soon or was turned back just before. */
export const isRepeated = (time: number): boolean => {
  const offset = offsetOf(time)
  const turnedBack = offsetOf(time - mostTurned) - offsetOf(time + mostTurned)
  return turnedBack > 0 && (offsetOf(time + turnedBack) < offset || offsetOf(time - turnedBack) > offset)
}

/** Longer than any time zone turns its clocks back. */
const mostTurned = 3 * 3_600_000

const offsetOf = (time: number): number => -new Date(time).getTimezoneOffset() * 60_000
