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

/** Parses the parts of a name that separators divide: `x.log.2.gz`, `x.log-20251113`, `x-2025-11-13.log`. */
const separated = (name: string): Rotation & { readonly datedAt: number } => {
  let base = name.replace(packed, '')
  let date = ''
  let generation = 0
  let datedAt = -1
  const number = numbered.exec(base)
  if (number && number.index > 0) {
    generation = Number(number[1])
    base = base.slice(0, number.index)
  }
  const day = dated.exec(base)
  if (day && day.index > 0) {
    date = digitsOf(day[1])
    datedAt = day.index
    base = base.slice(0, day.index) + base.slice(day.index + day[0].length)
  }
  return { base, generation, date, datedAt }
}

const digitsOf = (text = ''): string => text.replaceAll(/\D/g, '')

/** The end of the name of a file that a new one has replaced: `pfirewall.log.old`, `Xorg.0.log.old`. */
const replaced = /\.old$/i
/** A day that begins a name, or follows its letters, perhaps with the hour: `2025-11-13.log`, `MSGTRK20251113-1.LOG`. */
const fused =
  /(?:^|(?<=[A-Za-z_]))20\d\d(?:-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])?)(?=[-_.])/
/** The number of a file among those of its day. */
const ofDay = /^[-_.]\d{1,3}(?=\.[A-Za-z]{2,5}$)/
/** IIS writes the year with two digits, and the day or the week and the hour only if the log is divided by them: `u_ex251113.log`. */
const iis = /^((?:u_)?(?:ex|in|nc))(\d{2}(?:0[1-9]|1[0-2])(?:\d{2}){0,2})((?:_x)?\.log)$/i
/** The name of a file that is overwritten every week: `postgresql-Mon.log`. */
const weekday = /[-_.](?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?=\.log$)/i

/** Parses file names of logrotate, log4j, newsyslog, systemd, IIS and others: `x.log.2.gz`, `x.log-20251113`, `x-2025-11-13.0.log`. */
export const rotationOf = (name: string): Rotation => {
  const journal = archived.exec(name)
  if (journal) {
    return { base: `${name.slice(0, journal.index)}.journal`, generation: 0, date: journal[1] ?? journal[2] ?? '' }
  }
  const { datedAt, ...found } = separated(name.replace(replaced, ''))
  const parts = replaced.test(name) ? { ...found, generation: found.generation + 1 } : found
  const { base } = parts
  if (base === '') return { base: name, generation: 0, date: '' }
  if (datedAt >= 0) return withoutNumber(parts, datedAt)
  const site = iis.exec(base)
  if (site) return { ...parts, base: `${site[1]}${site[3]}`, date: `20${site[2]}` }
  const day = fused.exec(base)
  if (!day) return { ...parts, base: base.replace(weekday, '') }
  const rest = base.slice(day.index + day[0].length)
  const date = digitsOf(day[0])
  if (day.index > 0) return withoutNumber({ ...parts, base: base.slice(0, day.index) + rest, date }, day.index)
  const number = ofDay.exec(rest)?.[0] ?? ''
  const left = rest.slice(number.length)
  return {
    ...parts,
    base: /^[-_.][A-Za-z]\w*\./.test(left) ? left.slice(1) : left,
    date: number === '' ? date : `${date}${digitsOf(number).padStart(6, '0')}`,
  }
}

/** Moves the number of a file among those of its day into its date, in which a later file is larger. */
const withoutNumber = (rotation: Rotation, at: number): Rotation => {
  const { base, date } = rotation
  const number = ofDay.exec(base.slice(at))?.[0]
  if (number === undefined) return rotation
  return {
    ...rotation,
    base: base.slice(0, at) + base.slice(at + number.length),
    date: date + digitsOf(number).padStart(6, '0'),
  }
}

/** Returns the name of a log as version 0.1 parsed it, under which it stored positions. */
export const formerBaseOf = (name: string): string =>
  (archived.test(name) ? rotationOf(name) : separated(name)).base || name

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
