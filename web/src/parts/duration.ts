const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** Formats a duration in its largest unit: `12 s`, `12 min`, `3 h`, `4 d`. */
export const formatDuration = (ms: number): string => {
  const [unit, size] = units.find(([, one]) => Math.abs(ms) >= one) ?? ['s', 1_000]
  return `${Math.round(Math.abs(ms) / size)} ${unit}`
}

const longestAgoMs = 7 * 86_400_000

/** How far ahead of `now` a current time may be: it is updated twice a minute, and clocks differ a little. */
const aheadMs = 60_000

/** Formats a time relative to now, up to a week away: `3 h ago`, or `in 3 h` if the clock of a sender is ahead. */
export const formatAgo = (time: number, now: number): string | undefined => {
  const age = now - time
  if (Math.abs(age) > longestAgoMs) return undefined
  return age < -aheadMs ? `in ${formatDuration(age)}` : `${formatDuration(Math.max(0, age))} ago`
}
