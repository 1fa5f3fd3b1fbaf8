const fortnight = 14 * 24 * 3_600_000
const most = 50
/** What is this much smaller still counts as alike. */
const alike = 0.8

/** Something odd that happened before, and how large it was. */
export interface Habit {
  readonly time: number
  readonly size: number
}

/**
 * Whether something odd is still news: not when there were two like it, or larger ones, in the past fortnight. What comes every
 * week is rare by the minute and yet known to everybody.
 */
export const isNews = (past: readonly Habit[], time: number, size: number): boolean => {
  let known = 0
  for (const habit of past)
    if (time - habit.time < fortnight && habit.size >= alike * size && ++known === 2) return false
  return true
}

/** Remembers something odd. */
export const addHabit = (past: readonly Habit[], habit: Habit): Habit[] => [...past.slice(1 - most), habit]
