import { day, hour, minute } from '../../../lib/units/time.ts'
import { type WrittenFile, zoneOfWriting } from './written-zone.ts'

/** A clock that falls by more than this has passed midnight. An hour is the end of summer time, and less is disorder. */
const longestFall = 90 * minute
/** A clock that rises by more than this belongs to a line from before midnight that was written late. */
const longestRise = 23 * hour
const fewestLines = 20
/** The beginning by which to decide whether the lines have a clock. */
const headLines = 50
/** How many lines at the end prove a zone. */
const tailLines = 100
const quarter = 15 * minute
/** How far a clock may be ahead of the file's last write. */
const ahead = 2_000

const start = /^[[(]?(\d\d):(\d\d):(\d\d)(?:[.,:](\d{1,3})\d{0,6})?(?=[\s\])|])/

/** Returns the ms since midnight of the clock at the start of a line; undefined without one, as in front of a date. */
export const clockOf = (text: string): number | undefined => {
  // Most lines have no colon there, which avoids the expression.
  if (text.charCodeAt(2) !== 58 && text.charCodeAt(3) !== 58) return undefined
  const match = start.exec(text.slice(0, 24))
  if (!match) return undefined
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  return hours * hour + minutes * minute + seconds * 1_000 + Number((match[4] ?? '').padEnd(3, '0'))
}

/** Counts the days of successive clocks. */
export class ClockDays {
  #midnight: number
  #last: number | undefined

  /** @param midnight the midnight of the first line's day, in the zone of the lines */
  constructor(midnight = 0) {
    this.#midnight = midnight
  }

  /** Returns the midnight before a line; undefined for a line without a clock. */
  midnightOf(text: string): number | undefined {
    const clock = clockOf(text)
    if (clock === undefined) return undefined
    const step = clock - (this.#last ?? clock)
    // The late line does not turn the day back for those after it.
    if (step > longestRise) return this.#midnight - day
    if (step < -longestFall) this.#midnight += day
    this.#last = clock
    return this.#midnight
  }
}

/** The clocks of a file, in ms since the midnight of its first line. */
export interface FileClocks {
  readonly first: number
  /** The last ones, in order. */
  readonly last: readonly number[]
}

/**
 * Reads the clocks of a file whose lines have no date. Undefined unless most of its lines begin with a clock and hardly any has a date, and
 * for clocks that are not in order, which are durations.
 */
export const readClocks = async (
  batches: AsyncIterable<readonly { readonly text: string }[]>,
  hasDate: (text: string) => boolean,
): Promise<FileClocks | undefined> => {
  const days = new ClockDays()
  let lines = 0
  let clocks = 0
  let disordered = 0
  let dated = 0
  let first: number | undefined
  let last: number[] = []
  for await (const batch of batches) {
    for (const { text } of batch) {
      lines++
      const midnight = days.midnightOf(text)
      if (midnight === undefined) dated += hasDate(text) ? 1 : 0
      else {
        const time = midnight + (clockOf(text) ?? 0)
        const before = last.at(-1) ?? time
        first ??= time
        clocks++
        if (time < before - 1_000) disordered++
        last.push(time)
        if (last.length > 2 * tailLines) last = last.slice(-tailLines)
      }
      if (lines === headLines && clocks * 2 < lines) return undefined
    }
  }
  if (first === undefined || clocks < fewestLines || clocks * 2 < lines) return undefined
  if (disordered * 20 > clocks || dated * 20 > clocks) return undefined
  return { first, last: last.slice(-tailLines) }
}

/** The date of a file's first line. */
interface FileDate {
  /** Its midnight, in the zone of the lines. */
  readonly midnight: number
  /** The zone of the lines, if the last write proves it. */
  readonly zoneMinutes?: number | undefined
}

/**
 * Dates clocks by the last write of their file: the last line was written then, or before. A last write at the last clock in some zone
 * decides between two days that are both possible. Undefined for clocks that may count from the start of a program.
 */
export const dateClocks = (
  { first, last }: FileClocks,
  { created, modified }: Pick<WrittenFile, 'created' | 'modified'>,
  zoneMinutes?: number,
): FileDate | undefined => {
  const end = last.at(-1)
  if (end === undefined) return undefined
  const moved = (latest: number): number => Math.floor((latest - end) / day) * day
  const zone = zoneMinutes ?? 0
  const before = moved(modified + zone * minute + ahead)
  // Zones reach from 10 hours behind UTC, with few exceptions, to 14 hours ahead.
  const near = zoneMinutes === undefined ? moved(modified + 14 * hour - ahead) : before
  const lag = modified - near - end
  const behind = lag - Math.floor((lag + ahead) / quarter) * quarter
  // A count from the start of a program begins near zero too, but ends anywhere.
  if (first < minute && behind > minute) return undefined
  const isWritten = behind <= ahead
  const midnight = isWritten ? near : before
  if (zoneMinutes !== undefined) return { midnight }
  const proven = zoneOfWriting({
    ...{ created, modified, first: first + near },
    last: last.map((time) => time + near),
  })
  return { midnight: proven === undefined ? midnight : near, zoneMinutes: proven }
}
