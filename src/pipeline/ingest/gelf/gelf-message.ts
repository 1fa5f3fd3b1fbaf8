import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { isGzip } from '../../../lib/bytes/begins-with.ts'
import { flattenGelf } from '../../../lib/gelf/flatten-gelf.ts'
import type { ConnectionReader } from '../listen/tcp.ts'

const longest = 1_048_576

/** Decompresses a message: gzip, zlib, zstd or none. Throws if it is corrupt or longer than 1 MiB. */
export const decompressGelf = (message: Buffer): string => {
  const [first = 0, second = 0] = message
  const limit = { maxOutputLength: longest }
  if (isGzip(message)) return gunzipSync(message, limit).toString('utf8')
  if ((first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0) return inflateSync(message, limit).toString('utf8')
  if (first === 0x28 && second === 0xb5) return zstdDecompressSync(message, limit).toString('utf8')
  return message.toString('utf8')
}

/** Returns the text of a record. A text that is no GELF message stays as it is, so that it is stored and counted as unparsed. */
export const readGelf = (text: string): string => {
  const message = parseObject(text)
  const isMessage = typeof (message?.short_message ?? message?.message) === 'string'
  return message && isMessage ? JSON.stringify(flattenGelf(message)) : text.trim()
}

const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const zero = 0
const lineFeed = 10

/** Reads the messages of a connection: they end with a zero byte, or with a line feed if the first line is a whole message. */
export const readGelfStream = (): ConnectionReader => {
  let held: Buffer[] = []
  let size = 0
  let end: typeof zero | typeof lineFeed | undefined

  const hold = (bytes: Buffer) => {
    // Copy, because the socket may reuse its buffer.
    if (size < longest) held.push(Buffer.from(bytes.subarray(0, longest - size)))
    size += bytes.length
  }
  const take = (): string[] => {
    const text = readGelf(Buffer.concat(held).toString('utf8').replaceAll('\0', ''))
    held = []
    size = 0
    return text === '' ? [] : [text]
  }
  /** Decides how messages end, at the first possible end. */
  const decide = (bytes: Buffer): void => {
    const [byZero, byLine] = [bytes.indexOf(zero), bytes.indexOf(lineFeed)]
    if (byZero < 0 && byLine < 0) return
    if (byLine < 0 || (byZero >= 0 && byZero < byLine)) end = zero
    else end = parseObject(Buffer.concat([...held, bytes.subarray(0, byLine)]).toString('utf8')) ? lineFeed : zero
  }
  return {
    push(bytes) {
      const texts: string[] = []
      if (end === undefined) decide(bytes)
      let start = 0
      if (end !== undefined) {
        for (let at = bytes.indexOf(end); at >= 0; at = bytes.indexOf(end, start)) {
          hold(bytes.subarray(start, at))
          texts.push(...take())
          start = at + 1
        }
      }
      if (start < bytes.length) hold(bytes.subarray(start))
      return texts
    },
    settle: () => [],
    flush: take,
  }
}
