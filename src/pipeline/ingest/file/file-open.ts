import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { AppError, fileReasonOf } from '../../../errors.ts'
import { byFirstChunk } from '../../../lib/bytes/by-first-chunk.ts'
import { number } from '../../../lib/units/number.ts'
import { foreignContent, loginRecordsFile, whyNotFollowed } from '../foreign-content.ts'
import { splitLines } from '../lines.ts'
import { archiveReader, openUnpacking, type Unpacking } from './archive.ts'
import { journalName } from './binary-logs.ts'
import { readBytes } from './content.ts'
import { compressionOf, decompress, type ExpansionLimits, expansionLimits } from './decompress.ts'
import { toFileSets } from './file-set.ts'
import { findFiles, type SkippedFile } from './find-files.ts'
import { areLoginRecords, findSameLogins, hasLoginMessages, type LoginContent, linesBefore } from './login-logs.ts'
import { sourceOfFile } from './source-of-file.ts'
import { asUtf8, utf16Of } from './utf16.ts'
import { guessLogZone, type TimeInZone } from './written-zone.ts'

const headBytes = 65_536

export interface OpenOptions {
  /** Reads the approximate time of a line; undefined if it has none. */
  readonly timeOf: TimeInZone
  /** The stream for `-`. */
  readonly stdin?: Readable | undefined
  readonly limits?: ExpansionLimits | undefined
  readonly signal?: AbortSignal | undefined
  /** Whether a file with a fault is read on when it is mended. Otherwise it counts as a file that ends at the fault. */
  readonly resumes?: boolean
}

/** The progress of reading. Updated while reading. */
export interface ReadReport {
  files: number
  lines: number
  /** Bytes read, as stored on disk, and the total to read. */
  bytes: number
  totalBytes: number
  /** Files skipped on purpose: binary files, unsupported archives. */
  readonly skipped: SkippedFile[]
  /** The zones of logs whose times name none, as the last writes of their files prove them. */
  readonly zones: { readonly path: string; readonly zoneMinutes: number }[]
  /** Files of which records were left out because another log says the same. */
  readonly repeated: SkippedFile[]
  /** Missing, unreadable or corrupt files. The readable part of a corrupt file was read. */
  readonly unreadable: SkippedFile[]
}

export const emptyReport = (): ReadReport => ({
  files: 0,
  lines: 0,
  bytes: 0,
  totalBytes: 0,
  zones: [],
  skipped: [],
  repeated: [],
  unreadable: [],
})

/** One log: the files of its rotation, oldest first, and its start time. */
export interface OpenLog {
  readonly name: string
  readonly paths: readonly string[]
  readonly time: number | undefined
  /** The folder whose login records are one log: `btmp` has the failures before a login in `wtmp`. Its logs are merged line by line. */
  readonly records?: string | undefined
  /** Returns the time from which another log has the records of a file. */
  untilOf?(path: string): number | undefined
  /** Returns the path of a file for people: `logs.zip:auth.log` for a file of an archive. */
  nameOf(path: string): string
}

/** The logs found, some of them unpacked. */
interface FoundLogs {
  readonly logs: readonly OpenLog[]
  /** Removes what was unpacked. */
  close(): Promise<void>
}

/** How deep archives may be within archives. */
const deepestArchive = 3

/** Finds the logs of paths, folders, patterns and `-`. Pipes come last, because their start time is unknown. */
export const findLogs = async (
  paths: readonly string[],
  options: OpenOptions,
  report: ReadReport,
): Promise<FoundLogs> => {
  const { files, pipes, unreadable } = await findFiles(paths.filter((path) => path !== '-'))
  report.unreadable.push(...unreadable)
  const heads = new Map<string, Head>()
  const names = new Map<string, string>()
  const unpacking = openUnpacking()
  const nameOf = (path: string) => names.get(path) ?? path
  const look = async (path: string, depth: number): Promise<void> => {
    const head = await readFileHead(path, { ...options, nameOf, report })
    if (head?.archive && depth < deepestArchive) {
      for await (const inner of unpackFile(path, head, unpacking, { ...options, nameOf, report })) {
        names.set(inner.path, `${nameOf(path)}:${inner.name}`)
        await look(inner.path, depth + 1)
      }
    } else if (head?.archive) report.skipped.push({ path: nameOf(path), reason: tooDeep })
    else if (head) heads.set(path, head)
  }
  for (const path of files) await look(path, 0)
  const ends = leaveOutRepeated(heads, nameOf, report)
  const untilOf = (path: string) => ends.get(path)
  const sets = toFileSets([...heads.keys()], (path) => heads.get(path)?.time)
  const folders = new Map<string, number>()
  for (const [first = ''] of sets)
    if (heads.get(first)?.isRecords) folders.set(dirname(first), (folders.get(dirname(first)) ?? 0) + 1)
  const streams = [...pipes, ...(paths.includes('-') ? ['-'] : [])]
  return {
    logs: [
      ...sets.map((set) => {
        const [first = ''] = set
        const records = heads.get(first)?.isRecords ? dirname(first) : undefined
        const isOneOfMany = records !== undefined && (folders.get(records) ?? 0) > 1
        const name = isOneOfMany ? nameOfRecords : sourceOfFile(first, 'file')
        return { name, paths: set, nameOf, untilOf, records, time: heads.get(first)?.time }
      }),
      ...streams.map((path) => ({ name: 'stdin', nameOf, paths: [path], time: Number.POSITIVE_INFINITY })),
    ],
    close: unpacking.remove,
  }
}

/** Removes login records that another log has as messages, or returns from when on it has them. */
const leaveOutRepeated = (
  heads: Map<string, Head>,
  nameOf: (path: string) => string,
  report: ReadReport,
): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>()
  for (const [path, { isRecords, time = Number.NEGATIVE_INFINITY, size }] of heads) {
    const same = isRecords ? findSameLogins(path, heads) : undefined
    if (!same) continue
    const isAll = same.from <= time
    const since = isAll ? '' : ` since ${new Date(same.from).toISOString().slice(0, 10)}`
    report.repeated.push({ path: nameOf(path), reason: `Left out: ${nameOf(same.path)} has the same logins${since}.` })
    if (isAll) {
      heads.delete(path)
      report.totalBytes -= size
    } else ends.set(path, same.from)
  }
  return ends
}

/** The source of login records of several files. */
const nameOfRecords = 'login-records'
const tooDeep = 'It is an archive in an archive in an archive. Unpack the outer one first.'

/** Passes the decompressed bytes of each file of a log to `use`, as UTF-8. Reports files that cannot be read to the end. */
export async function* readLog<Item>(
  log: OpenLog,
  options: OpenOptions,
  report: ReadReport,
  use: (bytes: AsyncIterable<Buffer>, path: string) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  for (const path of log.paths) {
    if (options.signal?.aborted) return
    const stream = path === '-' ? options.stdin : createReadStream(path, { highWaterMark: headBytes })
    if (!stream) continue
    const stop = () => stream.destroy()
    let hasItems = false
    let lastLine = 0
    if (path === '-') options.signal?.addEventListener('abort', stop)
    try {
      const bytes = asUtf8(decompress(count(stream, report, options.signal), options.limits))
      const until = log.untilOf?.(path)
      let fault: { readonly error: unknown } | undefined
      const readable = untilFault(bytes, (error, line) => {
        if (options.resumes || options.signal?.aborted) throw error
        fault = { error }
        lastLine = line
      })
      const wanted = until === undefined ? readable : linesBefore(readable, until, options.timeOf)
      for await (const item of use(textOnly(wanted, log.nameOf(path), report), log.nameOf(path))) {
        hasItems = true
        yield item
      }
      if (fault) throw fault.error
      report.files += path === '-' ? 0 : 1
    } catch (error) {
      if (options.signal?.aborted) return
      const place = { path: log.nameOf(path) }
      const reason = withHint(error)
      if (!hasItems) report.unreadable.push({ ...place, reason })
      else if (lastLine === 0) report.unreadable.push({ ...place, reason: `${reason} The other lines were read.` })
      else {
        const rest = `The other lines were read, up to line ${number(lastLine)}.`
        report.unreadable.push({ ...place, reason: `${reason} ${rest}`, lastLine })
      }
    } finally {
      options.signal?.removeEventListener('abort', stop)
      stream.destroy()
    }
  }
}

/** Ends where the bytes become unreadable, so that what came before is read like a whole file. Counts the lines until then. */
async function* untilFault(
  bytes: AsyncIterable<Buffer>,
  onFault: (error: unknown, lastLine: number) => void,
): AsyncGenerator<Buffer> {
  let lines = 0
  let isOpen = false
  try {
    for await (const chunk of bytes) {
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++
      if (chunk.length > 0) isOpen = chunk.at(-1) !== newline
      yield chunk
    }
  } catch (error) {
    onFault(error, lines + (isOpen ? 1 : 0))
  }
}

const newline = 10

/** Explains why binary content is not read. */
const foreignReason = (head: Uint8Array): string | undefined => {
  const foreign = foreignContent(head)
  return foreign && `It is ${foreign.name}, which cannot be read. ${foreign.advice}`
}

/** Skips binary content, because pipes are not checked before, and files may have changed since. */
const textOnly = (chunks: AsyncIterable<Buffer>, path: string, report: ReadReport): AsyncGenerator<Buffer> =>
  byFirstChunk(chunks, (first, whole) => {
    const reason = foreignReason(first)
    if (reason === undefined) return whole
    report.skipped.push({ path, reason })
    return nothing()
  })

async function* nothing(): AsyncGenerator<Buffer> {}

async function* count(
  chunks: AsyncIterable<Buffer>,
  report: ReadReport,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    report.bytes += chunk.length
    yield chunk
    if (signal?.aborted) return
  }
}

interface Head extends LoginContent {
  readonly size: number
  /** Reads the entries, if the file is an archive. */
  readonly archive: ReturnType<typeof archiveReader>
}

interface HeadOptions extends OpenOptions {
  readonly report: ReadReport
  nameOf(path: string): string
}

/** Checks the beginning of a file: whether it is text, and its first time. Returns undefined if there is nothing to read. */
const readFileHead = async (
  path: string,
  { timeOf, resumes, nameOf, report }: HeadOptions,
): Promise<Head | undefined> => {
  try {
    const { size } = await stat(path)
    if (size === 0) return undefined
    const raw = await readHead(path)
    const compression = compressionOf(raw)
    const decompressed = compression ? await decompressHead(path) : raw
    const archive = archiveReader(decompressed)
    const none = { archive: undefined, time: undefined, isRecords: false, hasMessages: false, size }
    if (archive) return { ...none, archive }
    const text = utf16Of(decompressed)
      ? Buffer.from(new TextDecoder(utf16Of(decompressed)).decode(decompressed))
      : decompressed
    const start = text.toString('latin1')
    const isRecords = areLoginRecords(start)
    const reason = isRecords && resumes ? whyNotFollowed(loginRecordsFile) : foreignReason(text)
    if (reason !== undefined) {
      report.skipped.push({ path: nameOf(path), reason })
      return undefined
    }
    report.totalBytes += size
    // The journal has all messages about logins. It may begin with more of the kernel than is read here.
    const hasMessages = compression?.name === journalName || hasLoginMessages(start)
    return { ...none, time: firstTime(text, timeOf), isRecords, hasMessages }
  } catch (error) {
    const list = error instanceof AppError ? report.skipped : report.unreadable
    list.push({ path: nameOf(path), reason: withHint(error) })
    return undefined
  }
}

/** Unpacks an archive. Reports one that cannot be read to its end. */
async function* unpackFile(
  path: string,
  { archive }: Head,
  unpacking: Unpacking,
  { limits = expansionLimits, nameOf, report }: HeadOptions,
) {
  if (!archive) return
  const stream = createReadStream(path, { highWaterMark: headBytes })
  try {
    yield* unpacking.unpack(decompress(stream, limits), archive, limits)
  } catch (error) {
    report.unreadable.push({ path: nameOf(path), reason: withHint(error) })
  } finally {
    stream.destroy()
  }
}

const readHead = async (path: string): Promise<Buffer> => {
  const file = await open(path)
  try {
    return await readBytes(file, headBytes, 0)
  } finally {
    await file.close()
  }
}

/** Decompresses the first bytes. Data that is corrupt or cut off is reported when it is read. */
const decompressHead = async (path: string): Promise<Buffer> => {
  const stream = createReadStream(path, { highWaterMark: headBytes })
  const chunks = decompress(stream)
  try {
    const { value } = await chunks.next()
    return value ?? Buffer.alloc(0)
  } catch {
    return Buffer.alloc(0)
  } finally {
    await chunks.return(undefined)
    stream.destroy()
  }
}

const firstTime = (head: Buffer, timeOf: OpenOptions['timeOf']): number | undefined => {
  for (const line of splitLines().push(head).slice(0, 50)) {
    const time = timeOf(line.text)
    if (time !== undefined) return time
  }
  return undefined
}

const withHint = (error: unknown): string =>
  error instanceof AppError && error.hint ? `${error.message} ${error.hint}` : fileReasonOf(error)

/** Guesses the zone of a log's times without one, notes it in the report, and returns it unless it is UTC. */
export const findZone = async (
  { paths, nameOf }: OpenLog,
  timeOf: TimeInZone,
  report: ReadReport,
): Promise<number | undefined> => {
  const zoneMinutes = await guessLogZone(paths, timeOf)
  const path = paths.at(-1)
  if (zoneMinutes === undefined || zoneMinutes === 0 || path === undefined) return undefined
  report.zones.push({ path: nameOf(path), zoneMinutes })
  return zoneMinutes
}
