import { open } from 'node:fs/promises'
import { minute } from '../../../lib/units/time.ts'
import { splitLines } from '../lines.ts'

const partBytes = 65_536
/** How long after the time of its last line a file is written, in ms: log times may be cut to seconds, and writers buffer. */
const latest = 2_000
/** How far clocks of file systems lag, in ms. */
const earliest = -100
/** A log that was silent for as long as this may have been changed long after its last line. */
const longestSilence = 10 * minute
const fewestLines = 20
const shortestSpan = minute

/** The offsets that are in use anywhere, in minutes east of UTC. */
const offsets: readonly number[] = [
  ...Array.from({ length: 27 }, (_, i) => (i - 12) * 60),
  ...[-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765],
]

/** Reads the time of a line in a zone, in minutes east of UTC; undefined without one. */
export type TimeInZone = (text: string, zoneMinutes?: number) => number | undefined

/** The evidence of a file for the zone of its lines, in ms. Times without a zone are read as UTC. */
export interface WrittenFile {
  /** When the file was created and last changed. */
  readonly created: number
  readonly modified: number
  /** The time of the first line. */
  readonly first: number
  /** The times of the last lines, in order. */
  readonly last: readonly number[]
}

/**
 * Guesses the zone of a log from the change of its file, which happens as its last line is written. Believes it only if the change is within
 * two seconds of that line in a zone in use, the file existed when its first line was written, and its lines follow each other closely, as
 * neither a copy nor a later change of a log has it. Undefined without this proof.
 */
export const zoneOfWriting = ({ created, modified, first, last }: WrittenFile): number | undefined => {
  const end = last.at(-1)
  if (end === undefined || last.length < fewestLines || end - first < shortestSpan) return undefined
  const zone = offsets.find((offset) => {
    const lag = modified - (end - offset * minute)
    return lag >= earliest && lag <= latest
  })
  if (zone === undefined || !(created > 0) || created > first - zone * minute + latest) return undefined
  const isDense = last.every((time, i) => Math.abs(time - (last[i - 1] ?? time)) <= longestSilence)
  return isDense ? zone : undefined
}

/** Guesses the zone of a file's lines. Undefined without a proof, for lines that name their zone, and for a file that cannot be read. */
export const guessWrittenZone = async (path: string, timeOf: TimeInZone): Promise<number | undefined> => {
  const file = await open(path).catch(() => undefined)
  if (!file) return undefined
  try {
    const { size, birthtimeMs: created, mtimeMs: modified } = await file.stat()
    const read = async (from: number) =>
      (await file.read(Buffer.alloc(partBytes), 0, partBytes, from)).buffer.subarray(
        0,
        Math.min(partBytes, size - from),
      )
    const start = Math.max(0, size - partBytes)
    const [head, tail] = [await read(0), await read(start)]
    const after = await file.stat()
    // A line that was written meanwhile is not in the tail.
    if (after.mtimeMs !== modified || after.size !== size) return undefined
    const first = unzonedTimes(head, timeOf, 1)?.[0]
    const last = unzonedTimes(start === 0 ? tail : tail.subarray(tail.indexOf(10) + 1), timeOf)
    return first === undefined || !last ? undefined : zoneOfWriting({ created, modified, first, last })
  } catch {
    // Reading the log itself reports the fault.
    return undefined
  } finally {
    await file.close()
  }
}

/** The times of the first lines that have one, read as UTC; undefined if a line names its zone. */
const unzonedTimes = (
  part: Buffer,
  timeOf: TimeInZone,
  most = Number.POSITIVE_INFINITY,
): readonly number[] | undefined => {
  const splitter = splitLines()
  const times: number[] = []
  for (const { text } of [...splitter.push(part), ...splitter.flush()]) {
    const time = timeOf(text, 0)
    if (time === undefined) continue
    if (timeOf(text, 60) === time) return undefined
    times.push(time)
    if (times.length >= most) break
  }
  return times
}

/** Guesses the zone of the parts of a rotated log, for all of them. Undefined if parts disagree, as after a change to summer time. */
export const guessLogZone = async (paths: readonly string[], timeOf: TimeInZone): Promise<number | undefined> => {
  const guesses = new Set<number>()
  for (const path of paths.filter((name) => name !== '-')) {
    const zone = await guessWrittenZone(path, timeOf)
    if (zone !== undefined) guesses.add(zone)
  }
  const [zone] = guesses
  return guesses.size === 1 ? zone : undefined
}
