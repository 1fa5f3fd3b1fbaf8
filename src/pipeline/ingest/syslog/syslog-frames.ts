import { joinRecords } from '../join/join-records.ts'
import { splitLines, type TextLine } from '../lines.ts'
import type { ConnectionReader } from '../listen/tcp.ts'

/** The longest header of a counted frame: seven digits, a space, and the angle bracket of the message. */
const headerBytes = 9

/**
 * Reads the messages of a connection by either framing of RFC 6587: octet counts (`57 <34>1 …`) if the first message has one, else line
 * feeds. Cuts messages longer than `longest` bytes.
 */
export const readFrames = (longest: number): ConnectionReader => {
  let beginning = Buffer.alloc(0)
  let reader: ConnectionReader | undefined
  const decide = (counted: boolean): readonly string[] => {
    reader = counted ? readCounted(longest) : readLines(longest)
    return reader.push(beginning)
  }
  return {
    push(bytes) {
      if (reader) return reader.push(bytes)
      beginning = Buffer.concat([beginning, bytes])
      const header = readHeader(beginning, 0)
      return header === 'incomplete' ? [] : decide(header !== undefined)
    },
    settle: (isSilent) => reader?.settle(isSilent) ?? [],
    flush() {
      const decided = reader ? [] : decide(false)
      return [...decided, ...(reader?.flush() ?? [])]
    },
  }
}

/** Reads one message per line, and joins continuation lines to it. */
const readLines = (longest: number): ConnectionReader => {
  const splitter = splitLines({ longest })
  const joiner = joinRecords()
  const texts = (lines: readonly TextLine[]) => lines.map(({ text }) => withoutTrailer(text)).filter(Boolean)
  return {
    push: (bytes) => texts(joiner.push(splitter.push(bytes))),
    settle: (isSilent) => texts(isSilent ? joiner.flush() : joiner.settle()),
    flush: () => texts([...joiner.push(splitter.flush()), ...joiner.flush()]),
  }
}

interface Header {
  /** The length of the message, and the position where it begins. */
  readonly length: number
  readonly end: number
}

/** Reads the length before a counted frame. Undefined if there is none. */
const readHeader = (bytes: Buffer, start: number): Header | 'incomplete' | undefined => {
  const text = bytes.toString('latin1', start, start + headerBytes)
  const match = /^([1-9]\d{0,6}) </.exec(text)
  if (match) return { length: Number(match[1]), end: start + match[0].length - 1 }
  return /^(?:[1-9]\d{0,6} ?)?$/.test(text) ? 'incomplete' : undefined
}

/** Reads counted frames. After a wrong count, it continues at the next line. */
const readCounted = (longest: number): ConnectionReader => {
  let pending = Buffer.alloc(0)
  /** The bytes still missing of the message in `parts`, and those of them to keep. */
  let missing = 0
  let room = 0
  let parts: Buffer[] = []

  const takeMessage = (texts: string[]) => {
    const text = withoutTrailer(Buffer.concat(parts).toString('utf8'))
    if (text !== '') texts.push(text)
    parts = []
  }
  return {
    push(bytes) {
      const texts: string[] = []
      let all = pending.length > 0 ? Buffer.concat([pending, bytes]) : bytes
      let at = 0
      for (;;) {
        if (missing > 0) {
          const part = all.subarray(at, at + missing)
          // Copy, because the socket may reuse its buffer, and a small part must not keep all of it.
          if (room > 0) parts.push(Buffer.from(part.subarray(0, room)))
          room = Math.max(0, room - part.length)
          missing -= part.length
          at += part.length
          if (missing > 0) break
          takeMessage(texts)
        }
        // Some senders end counted messages with a line feed too.
        while (all[at] === 10 || all[at] === 0) at += 1
        const header = readHeader(all, at)
        if (header === 'incomplete') break
        if (header) {
          missing = header.length
          room = Math.min(longest, missing)
          at = header.end
          continue
        }
        const end = all.indexOf(10, at)
        if (end < 0 && all.length - at < longest) break
        parts = [all.subarray(at, end < 0 ? at + longest : end)]
        takeMessage(texts)
        at = end < 0 ? at + longest : end + 1
      }
      all = all.subarray(at)
      pending = Buffer.from(all)
      return texts
    },
    settle: () => [],
    flush() {
      const texts: string[] = []
      if (missing === 0) parts = [pending]
      takeMessage(texts)
      return texts
    },
  }
}

/** Removes what separates messages from their end: line breaks and zero bytes. */
export const withoutTrailer = (text: string): string => {
  let end = text.length
  while (
    end > 0 &&
    (text.charCodeAt(end - 1) === 0 || text.charCodeAt(end - 1) === 10 || text.charCodeAt(end - 1) === 13)
  )
    end -= 1
  return text.slice(0, end).trim() === '' ? '' : text.slice(0, end)
}
