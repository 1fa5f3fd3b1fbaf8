import { minute } from '../../../lib/units/time.ts'
import type { RawRecord } from '../../../schema/record/record.ts'
import { type Foreign, foreignContent } from '../foreign-content.ts'
import { joinRecords } from '../join/join-records.ts'
import { splitLines, type TextLine } from '../lines.ts'
import { type Content, fileContent, isAt, type Position, positionAt, startPosition } from './content.ts'
import { isBlank } from './file-lines.ts'
import { LineStarts } from './line-starts.ts'

const chunkBytes = 16_384
/** A portion ends with the chunk that reaches this many records. */
const enoughRecords = 2_048
const portionBytes = 1_048_576
const headBytes = 8_192
/** A shorter beginning may still turn out to be no text. */
const enoughBytes = 256
/** Clocks of file servers may differ by less. */
const longAgo = minute
/** The columns of a table are named within so many bytes from the beginning of its file. */
const tableHeadBytes = 65_536

/** Records that were read, and the position after them. */
export interface Portion {
  readonly records: readonly RawRecord[]
  readonly position: Position
}

export interface Naming {
  readonly source: string
  /** Returns the host of records that name none, as far as it is known now. */
  readonly hostOf?: ((path: string) => string | undefined) | undefined
  readonly zoneMinutes?: number | undefined
  readonly fileZone?: number | undefined
  readonly now: () => number
  /** A monotonic clock, in ms. */
  readonly steady: () => number
}

/** An open file that is read as it grows. Keeps its handle when the file is renamed. */
export interface FollowedFile {
  readonly key: string
  path: string
  /** Returns what the file is, if it is no text. */
  foreign(): Promise<Foreign | undefined>
  /** Reads the next portion; undefined if there is nothing new. */
  read(): Promise<Portion | undefined>
  /** Returns incomplete records: a last line without an end, a stack trace that may continue. */
  settle(): Promise<Portion | undefined>
  /** The time of the last read, by the monotonic clock; −∞ for a file written long ago. */
  readonly readAt: number
  readonly waiting: boolean
  /** Whether a document is incomplete. */
  readonly within: boolean
  /** The position after the last portion. */
  readonly position: Position
  close(): Promise<void>
}

/** Reads a file from a position, or from its beginning if it is a different file now. */
export const followFile = async (
  content: Content,
  path: string,
  key: string,
  left: Position,
  { source, hostOf, zoneMinutes, fileZone, now, steady }: Naming,
): Promise<FollowedFile> => {
  let position = (await isAt(content, left)) ? left : startAgain(left)
  let offset = position.offset
  let splitter = splitLines({ firstNumber: position.line + 1, inParts: true })
  let joiner = joinRecords({ head: await readHead(content, position) })
  /** How many records to skip, because their document is read again from its beginning. */
  let again = position.given ?? 0
  const firstLine = position.line + 1
  let readAt = steady()
  let starts = new LineStarts(position)
  /** The position after the last complete line, even if its record may continue. */
  let complete = position
  /** Whether the beginning is text, and up to where the bytes may be read: what is checked first is not read before. */
  let isText: boolean | undefined
  /** The size at which the beginning was checked last. */
  let checkedSize: number | undefined
  let readable = Number.POSITIVE_INFINITY

  const begin = () => {
    if (isText !== undefined) readable = 0
    isText &&= false
    checkedSize = undefined
    position = startAgain(complete)
    complete = position
    offset = 0
    starts = new LineStarts(position)
    again = 0
    splitter = splitLines({ inParts: true })
    joiner = joinRecords()
  }
  const toRecords = (lines: readonly TextLine[]): RawRecord[] => {
    const receivedAt = now()
    const host = hostOf?.(followed.path)
    return lines
      .filter(({ text }) => !isBlank(text))
      .map(({ text, number }) => ({
        text,
        source,
        receivedAt,
        file: followed.path,
        line: number,
        host,
        zoneMinutes,
        fileZone,
      }))
  }
  /** Joins lines. Skips records that were returned before a restart. */
  const join = (lines: readonly TextLine[]): readonly TextLine[] => {
    if (again === 0) return joiner.push(lines)
    return lines.flatMap((line) => {
      const fresh = skipReturned(joiner.push([line]))
      // It has ended.
      if (joiner.heldFrom !== firstLine) again = 0
      return fresh
    })
  }
  const skipReturned = (records: readonly TextLine[]): readonly TextLine[] => {
    const left = records.slice(Math.min(again, records.length))
    again -= records.length - left.length
    return left
  }

  const followed: FollowedFile = {
    key,
    path,
    async foreign() {
      if (isText) return undefined
      const { size } = await content.stat()
      if (size === checkedSize || !(await isReady(content))) return undefined
      checkedSize = size
      const head = await content.read(headBytes, 0)
      const start = head.findIndex((byte) => byte !== 0)
      // A program that goes on at its old offset, after its log was truncated, leaves zeros before its next line.
      const isLeft = start < 0 && (position.offset > 0 || position.before !== undefined)
      const found = isLeft ? undefined : foreignContent(head.subarray(Math.max(0, start)))
      isText = !isLeft && found === undefined && head.length >= enoughBytes
      readable = isText || head.length >= enoughBytes ? Number.POSITIVE_INFINITY : head.length
      return found
    },
    async read() {
      const { size, mtimeMs } = await content.stat()
      if (size === offset || !(await isReady(content))) return undefined
      // The file is shorter or has another beginning: it was truncated or rewritten.
      if (size < offset || (size > offset && !(await isAt(content, position)))) {
        const last = await followed.settle()
        begin()
        if (last) return { ...last, position }
      }
      const end = Math.min(size, offset + portionBytes, readable)
      if (offset >= end) return undefined
      const lines: TextLine[] = []
      while (offset < end && lines.length < enoughRecords) {
        const room = Math.min(chunkBytes, end - offset)
        const chunk = await content.read(room, offset)
        if (chunk.length === 0) break
        const read = splitter.push(chunk)
        starts.add(chunk, offset, read.filter(({ open }) => !open).length)
        for (const record of join(read)) lines.push(record)
        offset += chunk.length
        readAt = mtimeMs < now() - longAgo ? Number.NEGATIVE_INFINITY : steady()
      }
      const { heldFrom, given } = joiner
      const before = position
      complete = await positionAt(content, starts.last, before)
      starts.forgetBefore(heldFrom ?? starts.last.line + 1)
      if (heldFrom === undefined) position = complete
      else {
        // Of a document, the beginning, with the count of its records that were returned.
        const held = await positionAt(content, starts.startOf(heldFrom), before)
        position = { ...held, ...(given > 0 && { given }) }
      }
      return { records: toRecords(lines), position }
    },
    async settle() {
      const rest = splitter.flush()
      const lines = [...join(rest), ...skipReturned(joiner.flush())]
      again = 0
      const partial = rest.at(-1)
      if (partial) {
        // Later bytes continue the same line.
        splitter = splitLines({ firstNumber: partial.number, inParts: true })
        starts = new LineStarts({ offset, line: partial.number - 1 })
      }
      if (lines.length === 0) return undefined
      position = await positionAt(content, starts.last, position)
      complete = position
      return { records: toRecords(lines), position }
    },
    get readAt() {
      return readAt
    },
    get waiting() {
      return joiner.heldFrom !== undefined || starts.last.offset < offset
    },
    get within() {
      return joiner.within
    },
    get position() {
      return position
    },
    close: () => content.close(),
  }
  return followed
}

const isReady = async (content: Content): Promise<boolean> => (await content.ready?.()) ?? true

/** The beginning of a file that was truncated or replaced. Keeps its former position, because a copy may be compressed later. */
const startAgain = ({ before, ...last }: Position): Position => {
  const former = last.offset > 0 ? last : before
  return former ? { ...startPosition, before: former } : startPosition
}

/** Returns the position at the current end of a file. */
export const endOf = async (path: string): Promise<Position> => {
  const content = await fileContent(path)
  try {
    const { size } = await content.stat()
    return await positionAt(content, { offset: size, line: 0 }, startPosition)
  } finally {
    await content.close()
  }
}

/** Reads the lines before a position from the beginning of the file. */
const readHead = async (content: Content, { offset }: Position): Promise<readonly TextLine[]> =>
  offset === 0 ? [] : splitLines({ inParts: true }).push(await content.read(Math.min(tableHeadBytes, offset), 0))
