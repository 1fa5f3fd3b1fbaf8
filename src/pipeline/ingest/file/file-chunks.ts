import { within } from '../../../lib/deadline/deadline.ts'
import { asTheyAre, joinDocuments } from '../documents.ts'
import { splitLines, type TextLine } from '../lines.ts'
import { mergeByTime } from '../merge-by-time.ts'
import { emptyReport, findLogs, findZone, type OpenOptions, type ReadReport, readLog } from './file-open.ts'

const newline = 10

/** Complete lines of one file, as bytes. */
export interface Chunk {
  readonly source: string
  readonly path: string
  /** The start of the chunk in the decompressed file. */
  readonly offset: number
  readonly bytes: Buffer
  readonly lines: number
  /** The zone that the last write of the file proves, for times that name none. */
  readonly fileZone?: number | undefined
}

interface ChunkOptions extends OpenOptions {
  readonly source?: string | undefined
  /** Whether the zone of times without one is known. */
  readonly hasZone?: boolean
  /** A chunk ends with the record that exceeds this size. */
  readonly chunkBytes: number
  /** Silence after which pending lines are returned, so that a slow pipe is not delayed. */
  readonly quietMs?: number
}

/**
 * Reads files, folders, patterns and `-` as chunks of whole lines for forwarding, in the order of `readFiles`, without parsing them. A chunk
 * never ends before an indented line, so that a stack trace stays in one chunk.
 */
export const readChunks = (
  paths: readonly string[],
  options: ChunkOptions,
): { readonly chunks: AsyncIterable<Chunk>; readonly report: ReadReport } => {
  const report = emptyReport()
  return { chunks: readAll(paths, options, report), report }
}

async function* readAll(paths: readonly string[], options: ChunkOptions, report: ReadReport): AsyncGenerator<Chunk> {
  const { logs, close } = await findLogs(paths, options, report)
  const zones = await Promise.all(
    logs.map((log) => (options.hasZone ? undefined : findZone(log, options.timeOf, report))),
  )
  const sequences = logs.map((log, i) => {
    const source = options.source ?? log.name
    const fileZone = zones[i]
    const use = async function* (bytes: AsyncIterable<Buffer>, path: string) {
      for await (const part of cutAtLines(withoutEnvelopes(bytes), options)) yield [{ source, path, fileZone, ...part }]
    }
    return { time: log.time, batches: readLog(log, options, report, use) }
  })
  try {
    for await (const [chunk] of mergeByTime<Chunk>(sequences, ({ bytes, fileZone }) =>
      options.timeOf(firstLine(bytes), fileZone),
    )) {
      if (!chunk) continue
      report.lines += chunk.lines
      yield chunk
    }
  } finally {
    await close()
  }
}

const firstLine = (bytes: Buffer): string => {
  const end = bytes.indexOf(newline)
  return bytes.toString('utf8', 0, Math.min(end < 0 ? bytes.length : end, 4_096))
}

/** Writes the records of a JSON document one per line, so that it can be cut between them. Passes other text unchanged. */
async function* withoutEnvelopes(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = bytes[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done) return
  const all = (async function* () {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => iterator }
  })()
  if (!/^\ufeff?\s*[[{]/.test(first.value.toString('utf8', 0, 256))) yield* all
  else {
    const splitter = splitLines({ inParts: true })
    const joiner = joinDocuments(asTheyAre)
    for await (const chunk of all) yield* asBytes(joiner.push(splitter.push(chunk)))
    yield* asBytes(joiner.push(splitter.flush()))
    yield* asBytes(joiner.flush())
  }
}

function* asBytes(lines: readonly TextLine[]): Generator<Buffer> {
  for (let i = 0; i < lines.length; i += 256) {
    const some = lines.slice(i, i + 256)
    yield Buffer.from(`${some.map(({ text }) => text).join('\n')}\n`)
  }
}

type Part = Pick<Chunk, 'offset' | 'bytes' | 'lines'>

async function* cutAtLines(
  input: AsyncIterable<Buffer>,
  { chunkBytes, quietMs = 1_000 }: ChunkOptions,
): AsyncGenerator<Part> {
  let held: Buffer[] = []
  let size = 0
  let offset = 0
  /** Whether to drop the rest of a line that was longer than a chunk. */
  let dropping = false
  const take = (end: number): Part => {
    const all = Buffer.concat(held)
    const bytes = all.subarray(0, end)
    held = end < all.length ? [Buffer.from(all.subarray(end))] : []
    size = all.length - end
    const part = { offset, bytes, lines: countLines(bytes) }
    offset += end
    return part
  }
  const iterator = input[Symbol.asyncIterator]()
  let next = iterator.next()
  for (;;) {
    const came = size > 0 ? await within(quietMs, next, () => undefined) : await next
    if (came === undefined) {
      const end = lastEnd(Buffer.concat(held))
      if (end > 0) yield take(end)
      else await next
      continue
    }
    if (came.done) break
    next = iterator.next()
    let bytes = came.value
    if (dropping) {
      const end = bytes.indexOf(newline)
      offset += end < 0 ? bytes.length : end + 1
      bytes = end < 0 ? bytes.subarray(bytes.length) : bytes.subarray(end + 1)
      dropping = end < 0
    }
    held.push(bytes)
    size += bytes.length
    if (size < chunkBytes) continue
    const end = lastEnd(Buffer.concat(held))
    // Cut a line without an end, like every line reader here.
    dropping = end === 0
    yield take(dropping ? size : end)
  }
  if (size > 0) yield take(size)
}

/** Returns the end of the last complete record: a line break without an indented line after it. */
const lastEnd = (bytes: Buffer): number => {
  let any = 0
  for (let at = bytes.lastIndexOf(newline); at >= 0; at = at > 0 ? bytes.lastIndexOf(newline, at - 1) : -1) {
    if (any === 0) any = at + 1
    const next = bytes[at + 1]
    if (next !== undefined && next !== 9 && next !== 32 && next !== newline) return at + 1
  }
  return any
}

const countLines = (bytes: Buffer): number => {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1
  return bytes.length > 0 && bytes[bytes.length - 1] !== newline ? lines + 1 : lines
}
