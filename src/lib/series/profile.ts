import type { Reader, Writer } from '../bytes/codec.ts'

const hour = 3_600_000
const hoursOfDay = 24
/** A week in steps of three hours. */
const stepsOfWeek = 56
const weekStep = 3
/** After so many numbers a slot forgets as fast as it learns. */
const longest = 200
/** Numbers of a week's step before its own mean weighs as much as the mean of the day. */
const weekShrinkage = 20

/** What the hour of the day and the day of the week add to a number. */
export interface Profile {
  /** The usual number at a time; `value` while the hour has never been seen. */
  at(time: number, value: number): number
  learn(time: number, value: number): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * A running mean for each hour of the day, and on top of it one for each three hours of the week, shrunk to nothing while they are new:
 * a series with days is known after the second day, one with weeks after the second week. Hours are UTC.
 *
 * O(1) a number, 640 bytes. For numbers of which many fall into an hour, or one; not for cycles other than the day and the week.
 */
export const createProfile = (): Profile => {
  const means = new Float64Array(hoursOfDay + stepsOfWeek)
  const counts = new Uint16Array(hoursOfDay + stepsOfWeek)

  const dayOf = (time: number): number => {
    const at = Math.floor(time / hour) % hoursOfDay
    return at < 0 ? at + hoursOfDay : at
  }
  const weekOf = (time: number): number => {
    const at = Math.floor(time / (weekStep * hour)) % stepsOfWeek
    return hoursOfDay + (at < 0 ? at + stepsOfWeek : at)
  }
  const shrunk = (slot: number): number => {
    const count = counts[slot] ?? 0
    return ((means[slot] ?? 0) * count) / (count + weekShrinkage)
  }
  const step = (slot: number, rest: number): void => {
    const count = Math.min(longest, (counts[slot] ?? 0) + 1)
    counts[slot] = count
    means[slot] = (means[slot] ?? 0) + (rest - (means[slot] ?? 0)) / count
  }

  return {
    at(time, value) {
      const day = dayOf(time)
      return counts[day] === 0 ? value : (means[day] ?? 0) + shrunk(weekOf(time))
    },
    learn(time, value) {
      const day = dayOf(time)
      const known = counts[day] !== 0
      const rest = value - (means[day] ?? 0)
      step(day, value)
      if (known) step(weekOf(time), rest)
    },
    save(writer) {
      writer.f64s(means).u16s(counts)
    },
    restore(reader) {
      means.set(reader.f64s().subarray(0, means.length))
      counts.set(reader.u16s().subarray(0, counts.length))
    },
  }
}
