import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { byFirstChunk } from '../../../lib/bytes/by-first-chunk.ts'
import { number } from '../../../lib/units/number.ts'
import { foreignContent, whyNotRead } from '../foreign-content.ts'
import { decompress, type ExpansionLimits } from './decompress.ts'
import { linesBefore } from './login-logs.ts'
import { type ReadReport, unreadableReasonOf } from './read-report.ts'
import { asUtf8 } from './utf16.ts'
import type { TimeInZone } from './written-zone.ts'

const chunkBytes = 65_536

/** One log: the files of its rotation, oldest first, and its start time. */
export interface OpenLog {
  readonly name: string
  /** The host of records that name none: the one whose folder it is in. */
  readonly host?: string | undefined
  readonly paths: readonly string[]
  readonly time: number | undefined
  /** The folder whose login records are one log: `btmp` has the failures before a login in `wtmp`. Its logs are merged line by line. */
  readonly records?: string | undefined
  /** Returns the time from which another log has the records of a file. */
  untilOf?(path: string): number | undefined
  /** Returns the path of a file for people: `logs.zip:auth.log` for a file of an archive. */
  nameOf(path: string): string
  /** Returns the path of a file as if archives were folders. */
  placeOf(path: string): string
}

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

/** Passes the decompressed bytes of each file of a log to `use`, as UTF-8. Reports files that cannot be read to the end. */
export async function* readLog<Item>(
  log: OpenLog,
  options: OpenOptions,
  report: ReadReport,
  use: (bytes: AsyncIterable<Buffer>, path: string) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  for (const path of log.paths) {
    if (options.signal?.aborted) return
    const stream = path === '-' ? options.stdin : createReadStream(path, { highWaterMark: chunkBytes })
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
        if (options.resumes) throw error
        // The lines that an interrupted pipe has written are read.
        if (options.signal?.aborted) return
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
      const reason = unreadableReasonOf(error)
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

/** Skips binary content, because pipes are not checked before, and files may have changed since. */
const textOnly = (chunks: AsyncIterable<Buffer>, path: string, report: ReadReport): AsyncGenerator<Buffer> =>
  byFirstChunk(chunks, (first, whole) => {
    const foreign = foreignContent(first)
    if (!foreign) return whole
    report.skipped.push({ path, reason: whyNotRead(foreign) })
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
