import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { AppError, fileReasonOf } from '../../errors.ts'
import { compressionOf, decompress, type ExpansionLimits, expansionLimits } from './decompress.ts'
import { toFileSets } from './file-set.ts'
import { findFiles, type Skipped } from './find-files.ts'
import { splitLines } from './lines.ts'
import { foreignContent } from './sniff.ts'
import { asUtf8, utf16Of } from './utf16.ts'

const headBytes = 65_536

export interface OpenOptions {
  /** Reads the time of a line, roughly; undefined when it has none. */
  readonly timeOf: (text: string) => number | undefined
  /** What `-` stands for. */
  readonly stdin?: Readable | undefined
  readonly limits?: ExpansionLimits | undefined
  readonly signal?: AbortSignal | undefined
}

/** What has been read so far; grows while it is read. */
export interface ReadReport {
  files: number
  lines: number
  /** Bytes read, as they lie on the disk, and how many there are to read. */
  bytes: number
  totalBytes: number
  /** Left out on purpose: binary files, archives that are not read here. */
  readonly skipped: Skipped[]
  /** Missing, forbidden or broken. What could be read of a broken one was. */
  readonly unreadable: Skipped[]
}

export const emptyReport = (): ReadReport => ({
  files: 0,
  lines: 0,
  bytes: 0,
  totalBytes: 0,
  skipped: [],
  unreadable: [],
})

/** One log: the files of its rotation, oldest first, and when it begins. */
interface Log {
  readonly name: string
  readonly paths: readonly string[]
  readonly time: number | undefined
}

/** Finds the logs behind paths, folders, patterns and `-`; pipes come last, because they have no beginning to look at. */
export const findLogs = async (
  paths: readonly string[],
  options: OpenOptions,
  report: ReadReport,
): Promise<readonly Log[]> => {
  const { files, pipes, unreadable } = await findFiles(paths.filter((path) => path !== '-'))
  report.unreadable.push(...unreadable)
  const heads = new Map<string, Head>()
  for (const path of files) {
    const head = await look(path, options, report)
    if (head) heads.set(path, head)
  }
  const sets = toFileSets([...heads.keys()], (path) => heads.get(path)?.time)
  const streams = [...pipes, ...(paths.includes('-') ? ['-'] : [])]
  return [
    ...sets.map((set) => ({ ...set, time: heads.get(set.paths[0] ?? '')?.time })),
    ...streams.map((path) => ({ name: 'stdin', paths: [path], time: Number.POSITIVE_INFINITY })),
  ]
}

/** Hands the bytes of each file of a log to `use`, unpacked, as UTF-8. What cannot be read to its end is told in the report. */
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

/** Says why bytes that hold no text are not read. */
const foreignReason = (head: Uint8Array): string | undefined => {
  const foreign = foreignContent(head)
  return foreign && `It is ${foreign.name}, which cannot be read. ${foreign.advice}`
}

/** Leaves out what holds no text: a pipe's first bytes are not seen before, and a file may have changed. */
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

/** Reads up to the first chunk, so that its first bytes can tell what it is. */
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

/** Looks at the beginning of a file: whether it is text, and from when; undefined when there is nothing to read. */
const look = async (path: string, options: OpenOptions, report: ReadReport): Promise<Head | undefined> => {
  try {
    const { size } = await stat(path)
    if (size === 0) return undefined
    const raw = await readHead(path)
    const compression = compressionOf(raw)
    const unfolded = compression ? await unfoldHead(raw, compression) : raw
    const text = utf16Of(unfolded) ? Buffer.from(new TextDecoder(utf16Of(unfolded)).decode(unfolded)) : unfolded
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

/** The first bytes of what a compressed head holds; that its end is missing is no fault. */
const unfoldHead = async (raw: Buffer, compression: ReturnType<typeof compressionOf>): Promise<Buffer> => {
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
