import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import type { RawRecord } from '../../schema/record.ts'
import { compressionOf, decompress, type ExpansionLimits, expansionLimits } from './decompress.ts'
import { recordsOf } from './file-lines.ts'
import { type FileSet, toFileSets } from './file-set.ts'
import { findFiles, reasonOf, type Skipped } from './find-files.ts'
import { looksBinary, splitLines } from './lines.ts'
import { mergeByTime, type TimedBatches } from './merge-by-time.ts'
import { asUtf8, utf16Of } from './utf16.ts'

const headBytes = 65_536

export interface ReadOptions {
  /** What all records are said to come from; without it, the name of their log. */
  readonly source?: string | undefined
  readonly zoneMinutes?: number | undefined
  readonly now: () => number
  /** Reads the time of a line, roughly; undefined when it has none. */
  readonly timeOf: (text: string) => number | undefined
  /** What `-` stands for. */
  readonly stdin?: Readable | undefined
  readonly limits?: ExpansionLimits
  readonly signal?: AbortSignal | undefined
}

/** What has been read so far; grows while the batches are taken. */
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

export interface Reading {
  readonly batches: AsyncIterable<readonly RawRecord[]>
  readonly report: ReadReport
}

/**
 * Reads files, folders, patterns and `-` once, from beginning to end. The files of a rotated log are one source, oldest first;
 * several logs are merged batch by batch, by the time of each batch's first line: right to within a batch, not to the line.
 */
export const readFiles = (paths: readonly string[], options: ReadOptions): Reading => {
  const report: ReadReport = { files: 0, lines: 0, bytes: 0, totalBytes: 0, skipped: [], unreadable: [] }
  return { batches: readAll(paths, options, report), report }
}

async function* readAll(
  paths: readonly string[],
  options: ReadOptions,
  report: ReadReport,
): AsyncGenerator<readonly RawRecord[]> {
  const { files, pipes, unreadable } = await findFiles(paths.filter((path) => path !== '-'))
  report.unreadable.push(...unreadable)
  const heads = new Map<string, Head>()
  for (const path of files) {
    const head = await look(path, options, report)
    if (head) heads.set(path, head)
  }
  const sets = toFileSets([...heads.keys()], (path) => heads.get(path)?.time)
  const batchSize = sets.length > 1 ? 1_024 : 4_096
  const logs: TimedBatches<RawRecord>[] = sets.map((set) => ({
    time: heads.get(set.paths[0] ?? '')?.time,
    batches: readSet(set, batchSize, options, report),
  }))
  yield* mergeByTime(logs, ({ text }) => options.timeOf(text))

  for (const path of [...pipes, ...(paths.includes('-') ? ['-'] : [])]) {
    const stream = path === '-' ? options.stdin : createReadStream(path)
    if (stream) yield* readStream(path, stream, options, report)
  }
}

async function* readSet(set: FileSet, batchSize: number, options: ReadOptions, report: ReadReport) {
  for (const file of set.paths) {
    if (options.signal?.aborted) return
    const stream = createReadStream(file, { highWaterMark: headBytes })
    yield* readOne(file, stream, { ...options, source: options.source ?? set.name, batchSize }, report)
  }
}

async function* readStream(path: string, stream: Readable, options: ReadOptions, report: ReadReport) {
  yield* readOne(path, stream, { ...options, source: options.source ?? 'stdin', batchSize: 4_096 }, report)
}

async function* readOne(
  file: string,
  stream: Readable,
  options: ReadOptions & { readonly source: string; readonly batchSize: number },
  report: ReadReport,
): AsyncGenerator<readonly RawRecord[]> {
  const { source, zoneMinutes, now, batchSize, limits = expansionLimits } = options
  const name = file === '-' ? undefined : file
  try {
    const { first, rest } = await peek(stream, options.signal)
    const counted = Readable.from(count(first, rest, report))
    const bytes = asUtf8(decompress(counted, compressionOf(first), limits))
    for await (const batch of recordsOf(bytes, { source, file: name, zoneMinutes, now, batchSize })) {
      report.lines += batch.length
      yield batch
    }
    report.files += 1
  } catch (error) {
    if (options.signal?.aborted) return
    report.unreadable.push({ path: file, reason: withHint(error) })
  } finally {
    stream.destroy()
  }
}

/** Reads up to the first chunk, so that its first bytes can tell what it is. */
const peek = async (stream: Readable, signal: AbortSignal | undefined) => {
  if (signal) {
    if (signal.aborted) stream.destroy()
    signal.addEventListener('abort', () => stream.destroy(), { once: true })
  }
  const rest: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  const { value, done } = await rest.next()
  return { first: done ? Buffer.alloc(0) : Buffer.from(value), rest }
}

async function* count(first: Buffer, rest: AsyncIterator<Buffer>, report: ReadReport): AsyncGenerator<Buffer> {
  report.bytes += first.length
  yield first
  for (;;) {
    const { value, done } = await rest.next()
    if (done) return
    report.bytes += value.length
    yield Buffer.from(value)
  }
}

interface Head {
  readonly time: number | undefined
}

/** Looks at the beginning of a file: whether it is text, and from when; undefined when there is nothing to read. */
const look = async (path: string, options: ReadOptions, report: ReadReport): Promise<Head | undefined> => {
  try {
    const { size } = await stat(path)
    if (size === 0) return undefined
    const raw = await readHead(path)
    const compression = compressionOf(raw)
    const unfolded = compression ? await unfoldHead(raw, compression) : raw
    const text = utf16Of(unfolded) ? Buffer.from(new TextDecoder(utf16Of(unfolded)).decode(unfolded)) : unfolded
    if (looksBinary(text)) {
      report.skipped.push({ path, reason: 'It is not text.' })
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

const firstTime = (head: Buffer, timeOf: ReadOptions['timeOf']): number | undefined => {
  for (const line of splitLines().push(head).slice(0, 50)) {
    const time = timeOf(line.text)
    if (time !== undefined) return time
  }
  return undefined
}

const withHint = (error: unknown): string =>
  error instanceof AppError && error.hint ? `${error.message} ${error.hint}` : reasonOf(error)
