import type { Reader, Writer } from '../bytes/codec.ts'
import { hour } from '../units/time.ts'

const hoursOfDay = 24
/** A week in slots of three hours. */
const slotsOfWeek = 56
const hoursPerSlot = 3
/** The longest running mean: beyond this many numbers, a slot forgets as fast as it learns. */
const maxCount = 200
/** After this many numbers, the mean of a slot of the week weighs as much as the mean of the day. */
const weekShrinkage = 20

/** The usual number by hour of day and day of week. */
export interface Profile {
  /** The usual number at a time; `value` if the profile has no data for that hour. */
  at(time: number, value: number): number
  learn(time: number, value: number): void
  save(writer: Writer): void
  restore(reader: Reader): void
}

/**
 * A running mean for each hour of the day, plus an offset for each three hours of the week that is shrunk to zero while there is
 * little data. A daily cycle is learnt after two days, a weekly cycle after two weeks. Hours are UTC.
 *
 * O(1) per number, 640 bytes. Needs at least one number per hour. Does not learn cycles other than the day and the week.
 */
export const createProfile = (): Profile => {
  const means = new Float64Array(hoursOfDay + slotsOfWeek)
  const counts = new Uint16Array(hoursOfDay + slotsOfWeek)

  const dayOf = (time: number): number => {
    const at = Math.floor(time / hour) % hoursOfDay
    return at < 0 ? at + hoursOfDay : at
  }
  const weekOf = (time: number): number => {
    const at = Math.floor(time / (hoursPerSlot * hour)) % slotsOfWeek
    return hoursOfDay + (at < 0 ? at + slotsOfWeek : at)
  }
  const shrunk = (slot: number): number => {
    const count = counts[slot] ?? 0
    return ((means[slot] ?? 0) * count) / (count + weekShrinkage)
  }
  const add = (slot: number, offset: number): void => {
    const count = Math.min(maxCount, (counts[slot] ?? 0) + 1)
    counts[slot] = count
    means[slot] = (means[slot] ?? 0) + (offset - (means[slot] ?? 0)) / count
  }

  return {
    at(time, value) {
      const day = dayOf(time)
      return counts[day] === 0 ? value : (means[day] ?? 0) + shrunk(weekOf(time))
    },
    learn(time, value) {
      const day = dayOf(time)
      const known = counts[day] !== 0
      const offset = value - (means[day] ?? 0)
      add(day, value)
      if (known) add(weekOf(time), offset)
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
