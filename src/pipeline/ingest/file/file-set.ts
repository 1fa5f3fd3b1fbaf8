import { basename, dirname, join } from 'node:path'

/** The place of a file in its log's rotation. */
interface Rotation {
  /** The name of the log's current file. */
  readonly base: string
  /** Larger is older; 0 is the current file or a dated one. */
  readonly generation: number
  /** The digits of its date, which order the files; `''` without one. */
  readonly date: string
}

const packed = /\.(gz|zst|zstd|bz2|xz|lz4|z)$/i
const dated = /[-._](\d{4}-?\d{2}-?\d{2}(?:[-T_.]?\d{2}(?:[-:]?\d{2}){0,2})?)(?=\.|$)/
const numbered = /\.(\d{1,3})$/
/** The end of the name of a journal file that is full, or was not closed. Its time is hexadecimal. */
const archived = /@(?:[\da-f]{32}-[\da-f]{16}-([\da-f]{16})\.journal|([\da-f]{16})-[\da-f]{16}\.journal~)$/

/** Parses file names of logrotate, log4j, newsyslog, systemd and others: `x.log.2.gz`, `x.log-20251113`, `x-2025-11-13.log`. */
export const rotationOf = (name: string): Rotation => {
  const journal = archived.exec(name)
  if (journal) {
    return { base: `${name.slice(0, journal.index)}.journal`, generation: 0, date: journal[1] ?? journal[2] ?? '' }
  }
  let base = name.replace(packed, '')
  let date = ''
  let generation = 0
  const number = numbered.exec(base)
  if (number && number.index > 0) {
    generation = Number(number[1])
    base = base.slice(0, number.index)
  }
  const day = dated.exec(base)
  if (day && day.index > 0) {
    date = (day[1] ?? '').replaceAll(/\D/g, '')
    base = base.slice(0, day.index) + base.slice(day.index + day[0].length)
  }
  return base === '' ? { base: name, generation: 0, date: '' } : { base, generation, date }
}

/** Returns the path of the log that a file belongs to. */
export const logOf = (path: string): string => join(dirname(path), rotationOf(basename(path)).base)

/** Groups files by log and orders them, oldest first: by the time of their first lines if all have one, else by their names. */
export const toFileSets = (
  paths: readonly string[],
  firstTime: (path: string) => number | undefined,
): readonly (readonly string[])[] => {
  const sets = new Map<string, string[]>()
  for (const path of paths) {
    const key = logOf(path)
    const set = sets.get(key)
    if (set) set.push(path)
    else sets.set(key, [path])
  }
  return [...sets.values()].map((members) => {
    const times = new Map(members.map((path) => [path, firstTime(path)]))
    const byTime = [...times.values()].every((time) => time !== undefined)
    const compare = (a: string, b: string) =>
      (byTime ? (times.get(a) ?? 0) - (times.get(b) ?? 0) : 0) || byRotation(a, b) || (a < b ? -1 : 1)
    return members.sort(compare)
  })
}

/** Orders by rotation: earlier dates first, files without a date last, then by generation. */
const byRotation = (a: string, b: string): number => {
  const first = rotationOf(basename(a))
  const second = rotationOf(basename(b))
  if (first.date !== second.date) {
    if (first.date === '' || second.date === '') return first.date === '' ? 1 : -1
    return first.date < second.date ? -1 : 1
  }
  return second.generation - first.generation
}
