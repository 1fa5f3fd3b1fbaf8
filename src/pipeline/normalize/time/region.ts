import { minute } from '../../../lib/units/time.ts'

/** A zone by the name of its region: its offset in minutes east of UTC at a local time, and the end of its text. */
interface Region {
  readonly end: number
  minutesAt(local: number): number
}

const named =
  /^ ((?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/[A-Z][A-Za-z_-]{1,30}(?:\/[A-Z][A-Za-z_-]{1,30})?)(?![\w/])/

/** As many regions exist; a log has one or two. */
const mostRegions = 1_000
const regions = new Map<string, Intl.DateTimeFormat | undefined>()

/** Parses a region after a time, as PHP writes it: ` Europe/Berlin`; undefined if there is none. */
export const regionAt = (text: string, at: number): Region | undefined => {
  const second = text.charCodeAt(at + 2)
  // A cheap test of the characters after the time, which are seldom a capital before a small letter.
  if (text.charCodeAt(at) !== 32 || !(second >= 97 && second <= 122)) return undefined
  const match = named.exec(text.slice(at, at + 72))
  if (!match?.[1]) return undefined
  const format = formatOf(match[1])
  return format && { end: at + match[0].length, minutesAt: (local) => offsetAt(format, local) }
}

const formatOf = (name: string): Intl.DateTimeFormat | undefined => {
  if (regions.has(name)) return regions.get(name)
  const format = createFormat(name)
  if (regions.size < mostRegions) regions.set(name, format)
  return format
}

const createFormat = (timeZone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch {
    // A path such as Europe/Nowhere, and no region.
    return undefined
  }
}

/** The offset at a local time. In the hour that a change to winter time repeats, the later one. */
const offsetAt = (format: Intl.DateTimeFormat, local: number): number => {
  const first = readOffset(format, local)
  return readOffset(format, local - first * minute)
}

const readOffset = (format: Intl.DateTimeFormat, time: number): number => {
  const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const match = /^GMT([+-])(\d\d):(\d\d)/.exec(name)
  if (!match) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return match[1] === '-' ? -minutes : minutes
}
