import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'

/** The bytes of a log: a file that may grow, or an unpacked file of an archive. */
export interface Content {
  /** Returns the size in bytes, ∞ while it is unknown, and the time of the last change. */
  stat(): Promise<{ readonly size: number; readonly mtimeMs: number }>
  /** Prepares for reading; false while the file cannot be found. Without it, the content can always be read. */
  ready?(): Promise<boolean>
  /** Returns up to `length` bytes from `offset`; fewer at the end, or if they were dropped. */
  read(length: number, offset: number): Promise<Buffer>
  close(): Promise<void>
}

/** Opens a file. */
export const fileContent = async (path: string): Promise<Content> => {
  const handle = await open(path)
  return {
    async stat() {
      const { size, mtimeMs } = await handle.stat()
      return { size, mtimeMs }
    },
    read: (length, offset) => readBytes(handle, length, offset),
    close: () => handle.close(),
  }
}

/** Returns up to `length` bytes of a file from `offset`; fewer at its end. */
export const readBytes = async (handle: FileHandle, length: number, offset: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
  return buffer.subarray(0, bytesRead)
}

/** The size of the window behind the reader, and of the beginning. */
const keptBytes = 65_536

/**
 * Reads a stream as content. Offsets must not go back by more than 64 KB, except into the first 64 KB. An error of the stream is thrown
 * after everything before it was read.
 */
export const streamContent = (stream: AsyncIterable<Buffer>): Content => {
  const chunks = stream[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  let window = Buffer.alloc(0)
  /** The offset of the window. */
  let start = 0
  let ended = false
  let failure: unknown

  const pull = async (from: number): Promise<void> => {
    try {
      const next = await chunks.next()
      if (next.done) {
        ended = true
        return
      }
      const kept = Math.max(0, Math.min(window.length, from - keptBytes - start))
      window = Buffer.concat([window.subarray(kept), next.value])
      start += kept
      if (start === 0) head = window.subarray(0, keptBytes)
    } catch (error) {
      failure = error
    }
  }
  return {
    stat: async () => ({ size: ended ? start + window.length : Number.POSITIVE_INFINITY, mtimeMs: 0 }),
    async read(length, offset) {
      if (offset + length <= head.length) return head.subarray(offset, offset + length)
      while (!ended && failure === undefined && start + window.length < offset + length) await pull(offset)
      const bytes = offset < start ? Buffer.alloc(0) : window.subarray(offset - start, offset - start + length)
      if (failure !== undefined && bytes.length === 0) throw failure
      return bytes
    },
    async close() {
      await chunks.return?.()
    },
  }
}

const sampleBytes = 256

/** How far a file was read. */
export interface Position {
  readonly offset: number
  readonly line: number
  /** Hashes the first bytes, which distinguishes the file from a later one with the same inode. */
  readonly fingerprint: string
  readonly fingerprintBytes: number
  /** How many records of the document at this position were already returned. */
  readonly given?: number | undefined
  /** The last offsets that were read, each with a hash of the bytes before it: they identify a copy of the file. */
  readonly marks?: readonly (readonly [offset: number, hash: string])[] | undefined
  /** The position before the file was truncated. */
  readonly before?: Position | undefined
}

export const startPosition: Position = { offset: 0, line: 0, fingerprint: '', fingerprintBytes: 0 }

const mostMarks = 4

/** Returns the position at an offset that was just read, after `last`. */
export const positionAt = async (
  content: Content,
  { offset, line }: { readonly offset: number; readonly line: number },
  last: Position,
): Promise<Position> => {
  const length = Math.min(sampleBytes, offset)
  const marks = last.marks ?? []
  const mark = marks.at(-1)?.[0] === offset ? undefined : await hashOf(content, length, offset - length)
  const print = last.fingerprintBytes === length ? last.fingerprint : await hashOf(content, length, 0)
  return {
    offset,
    line,
    // A file that cannot be found any more keeps the mark of fewer bytes.
    ...(print === undefined
      ? { fingerprint: last.fingerprint, fingerprintBytes: last.fingerprintBytes }
      : { fingerprint: print, fingerprintBytes: length }),
    marks: mark === undefined ? marks : [...marks.slice(1 - mostMarks), [offset, mark.slice(0, 16)]],
    ...(last.before && { before: last.before }),
  }
}

/** Whether a content is the one that a position belongs to, and has not become shorter. */
export const isAt = async (content: Content, { offset, fingerprint, fingerprintBytes }: Position): Promise<boolean> =>
  (await content.stat()).size >= offset && (await hashOf(content, fingerprintBytes, 0)) === fingerprint

/**
 * Finds how far a content was read under another name, before it was copied or compressed. Returns `all` if nothing in it is new, and
 * undefined if it is not known. Reads as far as the positions.
 */
export const recognize = async (content: Content, past: readonly Position[]): Promise<Position | 'all' | undefined> => {
  const alike: Position[] = []
  for (const position of past) {
    const { offset, fingerprint, fingerprintBytes } = position
    if (offset > 0 && (await hashOf(content, fingerprintBytes, 0)) === fingerprint) alike.push(position)
  }
  const marks = alike
    .flatMap((position) => (position.marks ?? []).map(([offset, hash]) => ({ offset, hash, position })))
    .sort((a, b) => a.offset - b.offset)
  const matched = new Set<Position>()
  let found: Position | undefined
  for (const { offset, hash, position } of marks) {
    const length = Math.min(sampleBytes, offset)
    const tail = await hashOf(content, length, offset - length)
    // The content ends before this mark, and is known up to the one before.
    if (tail === undefined && matched.has(position)) return 'all'
    if (tail?.slice(0, 16) !== hash) {
      matched.delete(position)
      continue
    }
    matched.add(position)
    if (offset === position.offset) found = position
  }
  return found
}

/** Hashes bytes; undefined if they are not there. */
const hashOf = async (content: Content, length: number, offset: number): Promise<string | undefined> => {
  if (length === 0) return ''
  const bytes = await content.read(length, offset)
  if (bytes.length < length) return undefined
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}
