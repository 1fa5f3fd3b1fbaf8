import type { Reader, Writer } from '../../../lib/bytes/codec.ts'

/** The numbers of so many hours with values are remembered: two weeks of an unbroken series. */
const mostHours = 14 * 24
const hoursOfDay = 24
const hoursOfWeek = 7 * 24
/** Limits of two statistics, each from low to high. */
const perHour = 4
const growth = 24
const nearHours = 1
/** A weekly job may be late, and a window as long. */
const nearHoursOfWeek = 2
/** So many hours at about the same time of day, on so many days, show what is usual then; else all hours do. */
const leastNear = 6
const leastNearDays = 3
const leastHours = 20
/** The tenth of the hours that was highest, or lowest, is not what is usual: an incident may be among them. */
const rareShare = 0.1
const missing = -1

/** Logarithms in hundredths, as a history stores them. */
export type Statistic = 'median' | 'slow'
const placeOf = { median: 0, slow: 2 } as const

/** The usual range at a time, as logarithms in hundredths. */
export interface UsualRange {
  readonly low: number
  readonly high: number
  readonly center: number
}

/** The lowest and the highest values of two statistics by hour. Takes 12 bytes an hour. */
export class HourHistory {
  #hours = new Int32Array(growth)
  #limits = new Int16Array(growth * perHour)
  #size = 0
  /** The usual ranges that were asked for last: the windows of an hour have the same. */
  #asked = { hour: missing, before: missing }
  #found = new Map<Statistic, UsualRange | undefined>()

  get first(): number {
    return this.#hours[0] ?? 0
  }

  get size(): number {
    return this.#size
  }

  /** Learns the statistics of a part of an hour. `slow` is undefined if there were too few values. */
  learn(hour: number, median: number, slow: number | undefined): void {
    let at = this.#size - 1
    while (at >= 0 && (this.#hours[at] ?? 0) > hour) at--
    if (at < 0 || this.#hours[at] !== hour) {
      if (at < this.#size - 1) return
      at = this.#add(hour)
    }
    this.#widen(at * perHour + placeOf.median, median)
    if (slow !== undefined) this.#widen(at * perHour + placeOf.slow, slow)
  }

  #add(hour: number): number {
    if (this.#size === mostHours) this.forgetBefore((this.#hours[growth] ?? hour) | 0)
    if (this.#size === this.#hours.length) {
      const hours = new Int32Array(this.#size + growth)
      const limits = new Int16Array(hours.length * perHour)
      hours.set(this.#hours)
      limits.set(this.#limits)
      this.#hours = hours
      this.#limits = limits
    }
    const at = this.#size++
    this.#hours[at] = hour
    this.#limits.fill(missing, at * perHour, (at + 1) * perHour)
    return at
  }

  #widen(at: number, value: number): void {
    const low = this.#limits[at] ?? missing
    const high = this.#limits[at + 1] ?? missing
    this.#limits[at] = low === missing ? value : Math.min(low, value)
    this.#limits[at + 1] = Math.max(high, value)
  }

  /** Forgets the hours before one. */
  forgetBefore(hour: number): void {
    this.#asked = { hour: missing, before: missing }
    let gone = 0
    while (gone < this.#size && (this.#hours[gone] ?? 0) < hour) gone++
    this.#hours.copyWithin(0, gone, this.#size)
    this.#limits.copyWithin(0, gone * perHour, this.#size * perHour)
    this.#size -= gone
  }

  /**
   * Returns what was usual at about this time of day, from hours before one; undefined as long as there are few. The same hour of earlier
   * weeks is always usual, as of a weekly job. O(hours).
   */
  usual(hour: number, before: number, statistic: Statistic): UsualRange | undefined {
    if (this.#asked.hour !== hour || this.#asked.before !== before) {
      this.#asked = { hour, before }
      this.#found.clear()
    }
    if (!this.#found.has(statistic)) this.#found.set(statistic, this.#usualOf(hour, before, statistic))
    return this.#found.get(statistic)
  }

  #usualOf(hour: number, before: number, statistic: Statistic): UsualRange | undefined {
    const place = placeOf[statistic]
    let known = 0
    const near: number[] = []
    let nearDays = 0
    let lastDay = missing
    let weekly = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }
    for (let at = 0; at < this.#size; at++) {
      const one = this.#hours[at] ?? 0
      const low = this.#limits[at * perHour + place] ?? missing
      if (one >= before || low === missing) continue
      known++
      // The last hours show what is usual only if nothing else does: a change may have begun in them.
      if (hour - one <= nearHoursOfWeek) continue
      if (isNear(hour - one, hoursOfWeek, nearHoursOfWeek)) {
        const high = this.#limits[at * perHour + place + 1] ?? missing
        weekly = { low: Math.min(weekly.low, low), high: Math.max(weekly.high, high) }
      }
      if (!isNear(hour - one, hoursOfDay, nearHours)) continue
      near.push(at)
      const day = Math.floor((one + 1) / hoursOfDay)
      if (day !== lastDay) nearDays++
      lastDay = day
    }
    const isNearKnown = near.length >= leastNear && nearDays >= leastNearDays
    if (!isNearKnown && known < leastHours) return undefined
    const chosen = isNearKnown ? near : this.#hoursBefore(before, place)
    const lows = this.#sorted(chosen, place)
    const highs = this.#sorted(chosen, place + 1)
    const rare = isNearKnown ? Math.floor(rareShare * chosen.length) : 0
    const low = lows[rare] ?? 0
    const high = highs[highs.length - 1 - rare] ?? 0
    const middle = chosen.length >> 1
    return {
      low: Math.min(low, weekly.low),
      high: Math.max(high, weekly.high),
      center: ((lows[middle] ?? 0) + (highs[middle] ?? 0)) / 2,
    }
  }

  #hoursBefore(before: number, place: number): readonly number[] {
    const found: number[] = []
    for (let at = 0; at < this.#size; at++)
      if ((this.#hours[at] ?? 0) < before && this.#limits[at * perHour + place] !== missing) found.push(at)
    return found
  }

  #sorted(chosen: readonly number[], place: number): Int16Array {
    return Int16Array.from(chosen, (at) => this.#limits[at * perHour + place] ?? 0).sort()
  }

  write(writer: Writer): void {
    writer.i32s(this.#hours.slice(0, this.#size))
    writer.u16s(new Uint16Array(this.#limits.slice(0, this.#size * perHour).buffer))
  }

  static read(reader: Reader): HourHistory {
    const history = new HourHistory()
    history.#hours = reader.i32s()
    history.#limits = new Int16Array(reader.u16s().buffer)
    history.#size = history.#hours.length
    return history
  }
}

/** Whether a distance is about a multiple of a period. */
const isNear = (distance: number, period: number, apart: number): boolean =>
  (((distance + apart) % period) + period) % period <= 2 * apart
