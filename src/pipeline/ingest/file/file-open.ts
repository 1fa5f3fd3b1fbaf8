import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { AppError, fileReasonOf } from '../../../errors.ts'
import { splitLines } from '../lines.ts'
import { foreignContent } from '../sniff.ts'
import { compressionOf, decompress, type ExpansionLimits, expansionLimits } from './decompress.ts'
import { toFileSets } from './file-set.ts'
import { findFiles, type SkippedFile } from './find-files.ts'
import { asUtf8, utf16Of } from './utf16.ts'

const headBytes = 65_536

export interface OpenOptions {
  /** Reads the approximate time of a line; undefined if it has none. */
  readonly timeOf: (text: string) => number | undefined
  /** The stream for `-`. */
  readonly stdin?: Readable | undefined
  readonly limits?: ExpansionLimits | undefined
  readonly signal?: AbortSignal | undefined
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
  /** Missing, unreadable or corrupt files. The readable part of a corrupt file was read. */
  readonly unreadable: SkippedFile[]
}

export const emptyReport = (): ReadReport => ({
  files: 0,
  lines: 0,
  bytes: 0,
  totalBytes: 0,
  skipped: [],
  unreadable: [],
})

/** One log: the files of its rotation, oldest first, and its start time. */
interface Log {
  readonly name: string
  readonly paths: readonly string[]
  readonly time: number | undefined
}

/** Finds the logs of paths, folders, patterns and `-`. Pipes come last, because their start time is unknown. */
export const findLogs = async (
  paths: readonly string[],
  options: OpenOptions,
  report: ReadReport,
): Promise<readonly Log[]> => {
  const { files, pipes, unreadable } = await findFiles(paths.filter((path) => path !== '-'))
  report.unreadable.push(...unreadable)
  const heads = new Map<string, Head>()
  for (const path of files) {
    const head = await readFileHead(path, options, report)
    if (head) heads.set(path, head)
  }
  const sets = toFileSets([...heads.keys()], (path) => heads.get(path)?.time)
  const streams = [...pipes, ...(paths.includes('-') ? ['-'] : [])]
  return [
    ...sets.map((set) => ({ ...set, time: heads.get(set.paths[0] ?? '')?.time })),
    ...streams.map((path) => ({ name: 'stdin', paths: [path], time: Number.POSITIVE_INFINITY })),
  ]
}

/** Passes the decompressed bytes of each file of a log to `use`, as UTF-8. Reports files that cannot be read to the end. */
export async function* readLog<Item>(
  log: Log,
  options: OpenOptions,
  report: ReadReport,
  use: (bytes: AsyncIterable<Buffer>, path: string) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  for (const path of log.paths) {
    if (options.signal?.aborted) return
    const stream = path === '-' ? options.stdin : createReadStream(path, { highWaterMark: headBytes })
    if (!stream) continue
    const stop = () => stream.destroy()
    if (path === '-') options.signal?.addEventListener('abort', stop)
    try {
      const { first, rest } = await peek(stream)
      const counted = count(first, rest, report, options.signal)
      const bytes = asUtf8(decompress(counted, compressionOf(first), options.limits ?? expansionLimits))
      yield* use(textOnly(bytes, path, report), path)
      report.files += path === '-' ? 0 : 1
    } catch (error) {
      if (options.signal?.aborted) return
      report.unreadable.push({ path, reason: withHint(error) })
    } finally {
      options.signal?.removeEventListener('abort', stop)
      stream.destroy()
    }
  }
}

/** Explains why binary content is not read. */
const foreignReason = (head: Uint8Array): string | undefined => {
  const foreign = foreignContent(head)
  return foreign && `It is ${foreign.name}, which cannot be read. ${foreign.advice}`
}

/** Skips binary content, because pipes are not checked before, and files may have changed since. */
async function* textOnly(chunks: AsyncIterable<Buffer>, path: string, report: ReadReport): AsyncGenerator<Buffer> {
  let first = true
  for await (const chunk of chunks) {
    const reason = first ? foreignReason(chunk) : undefined
    if (reason !== undefined) {
      report.skipped.push({ path, reason })
      return
    }
    first = false
    yield chunk
  }
}

/** Reads the first chunk, to detect the format. */
const peek = async (stream: Readable) => {
  const rest: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  const { value, done } = await rest.next()
  return { first: done ? Buffer.alloc(0) : Buffer.from(value), rest }
}

async function* count(
  first: Buffer,
  rest: AsyncIterator<Buffer>,
  report: ReadReport,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  report.bytes += first.length
  yield first
  while (!signal?.aborted) {
    const { value, done } = await rest.next()
    if (done) return
    report.bytes += value.length
    yield value
  }
}

interface Head {
  readonly time: number | undefined
}

/** Checks the beginning of a file: whether it is text, and its first time. Returns undefined if there is nothing to read. */
const readFileHead = async (path: string, options: OpenOptions, report: ReadReport): Promise<Head | undefined> => {
  try {
    const { size } = await stat(path)
    if (size === 0) return undefined
    const raw = await readHead(path)
    const compression = compressionOf(raw)
    const decompressed = compression ? await decompressHead(raw, compression) : raw
    const text = utf16Of(decompressed)
      ? Buffer.from(new TextDecoder(utf16Of(decompressed)).decode(decompressed))
      : decompressed
    const reason = foreignReason(text)
    if (reason !== undefined) {
      report.skipped.push({ path, reason })
      return undefined
    }
    report.totalBytes += size
    return { time: firstTime(text, options.timeOf) }
  } catch (error) {
    const list = error instanceof AppError ? report.skipped : report.unreadable
    list.push({ path, reason: withHint(error) })
    return undefined
  }
}

const readHead = async (path: string): Promise<Buffer> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Decompresses the first bytes. A missing end is not an error. */
const decompressHead = async (raw: Buffer, compression: ReturnType<typeof compressionOf>): Promise<Buffer> => {
  const chunks = decompress(Readable.from([raw]), compression)
  try {
    const { value } = await chunks.next()
    return value ?? Buffer.alloc(0)
  } catch (error) {
    if (error instanceof AppError && error.cause === undefined) throw error
    return Buffer.alloc(0)
  } finally {
    await chunks.return(undefined)
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
