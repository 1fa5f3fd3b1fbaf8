import { formatAddress } from '../address/address.ts'
import { createStreamReader } from '../bytes/stream-reader.ts'

/** Where a record has its fields; the others are at the same place everywhere. */
interface Layout {
  readonly bytes: number
  readonly seconds: number
  readonly microseconds: number
  readonly address: number
}

/** glibc has two: on x86, also with 64 bits, times have 32 bits; on 64-bit ARM they have 64. */
const layouts: readonly Layout[] = [
  { bytes: 384, seconds: 340, microseconds: 344, address: 348 },
  { bytes: 400, seconds: 344, microseconds: 352, address: 360 },
]

const textFields = { line: [8, 32], id: [40, 4], user: [44, 32], host: [76, 256] } as const
const unusedBytes = 20

const largestType = 9
const loginProcess = 6
const userProcess = 7
/** The types of records of processes and of the machine, which no log of failed logins has: run levels, boots, clock changes, getty, ends. */
const typesOfSessions = new Set([1, 2, 3, 4, 5, 8, 9])
const mostExamined = 4
/** A whole number of records of each layout. The first block decides whether a file has failures only, whatever the length of its chunks. */
const blockBytes = 76_800

/** A record of `wtmp`, `btmp` or `utmp`. */
export interface UtmpRecord {
  /** The number of utmp.h: 2 for a boot, 6 for a failed login or a waiting getty, 7 for a login, 8 for a logout. */
  readonly type: number
  readonly pid: number
  readonly line: string
  readonly id: string
  readonly user: string
  readonly host: string
  /** 4 or 16 bytes; undefined if all are 0. */
  readonly address: Uint8Array | undefined
  /** Microseconds since 1970. */
  readonly time: number
}

/** Whether bytes begin a file of login records. The format has no signature, so the first records must be valid ones. */
export const isUtmp = (head: Uint8Array): boolean => layoutOf(head) !== undefined

const layoutOf = (head: Uint8Array): Layout | undefined => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  return layouts.find((layout) => {
    if (bytes.length < layout.bytes || bytes[0] === 0) return false
    const count = Math.min(mostExamined, Math.floor(bytes.length / layout.bytes))
    return Array.from({ length: count }, (_, i) => bytes.subarray(i * layout.bytes)).every((at) => isValid(at, layout))
  })
}

const isValid = (record: Buffer, { bytes, microseconds, address }: Layout): boolean =>
  record.readInt16LE(0) >= 0 &&
  record.readInt16LE(0) <= largestType &&
  record.readInt16LE(2) === 0 &&
  record.readUInt32LE(microseconds) < 1_000_000 &&
  Object.values(textFields).every(([start, length]) => isText(record, start, length)) &&
  record.subarray(address + 16, Math.min(bytes, address + 16 + unusedBytes)).every((byte) => byte === 0)

/** Whether a field has no control characters before its end. */
const isText = (record: Buffer, start: number, length: number): boolean => {
  for (const byte of record.subarray(start, start + length)) {
    if (byte === 0) return true
    if (byte < 32 || byte === 127) return false
  }
  return true
}

/**
 * Reads the records of a file, in the order in which they were written. Programs write a failed login into `btmp` as type 6 or 7; here it is
 * always type 6, which is a login that was not completed. Empty records are left out. Throws after the last record if some could not be read.
 */
export async function* readUtmp(input: AsyncIterable<Uint8Array>): AsyncGenerator<UtmpRecord> {
  const reader = createStreamReader(input)
  let block = await reader.read(blockBytes)
  const layout = layoutOf(block)
  if (!layout) {
    if (block.length > 0) throw new Error(cutOff)
    return
  }
  const areFailures = hasFailuresOnly(block, layout)
  let damaged = 0
  let isCutOff = false
  for (; block.length > 0; block = await reader.read(blockBytes)) {
    for (const bytes of recordsOfBlock(block, layout)) {
      if (!isValid(bytes, layout)) damaged++
      else if (bytes[0] !== 0) {
        const record = toRecord(bytes, layout)
        yield areFailures && record.type === userProcess ? { ...record, type: loginProcess } : record
      }
    }
    isCutOff = block.length % layout.bytes > 0
  }
  if (damaged > 0) throw new Error(`${damaged} of the login records ${damaged === 1 ? 'is' : 'are'} damaged.`)
  if (isCutOff) throw new Error(cutOff)
}

const cutOff = 'The login records are cut off.'

function* recordsOfBlock(block: Buffer, { bytes }: Layout): Generator<Buffer> {
  for (let end = bytes; end <= block.length; end += bytes) yield block.subarray(end - bytes, end)
}

/** Whether the first records are those of failed logins: a name that is not getty's, and no session or boot. */
const hasFailuresOnly = (head: Buffer, layout: Layout): boolean => {
  let failures = 0
  for (const bytes of recordsOfBlock(head, layout)) {
    if (!isValid(bytes, layout) || bytes[0] === 0) continue
    const { type, user } = toRecord(bytes, layout)
    if (typesOfSessions.has(type) || (type === loginProcess && user === gettyUser)) return false
    if (type === loginProcess) failures++
  }
  return failures > 0
}

/** The user in the record of a getty that waits for a login. */
export const gettyUser = 'LOGIN'

const toRecord = (record: Buffer, { seconds, microseconds, address }: Layout): UtmpRecord => {
  const ip = record.subarray(address, address + 16)
  const isShort = ip.subarray(4).every((byte) => byte === 0)
  return {
    type: record.readInt16LE(0),
    pid: record.readInt32LE(4),
    line: textAt(record, 'line'),
    id: textAt(record, 'id'),
    user: textAt(record, 'user'),
    host: textAt(record, 'host'),
    address: ip.every((byte) => byte === 0) ? undefined : Uint8Array.from(isShort ? ip.subarray(0, 4) : ip),
    time: record.readUInt32LE(seconds) * 1_000_000 + record.readUInt32LE(microseconds),
  }
}

const textAt = (record: Buffer, name: keyof typeof textFields): string => {
  const [start, length] = textFields[name]
  const field = record.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end)
}

/** Prints a record as the program `utmpdump` does, which replaces brackets, so that no name looks like another column. */
export const printUtmp = ({ type, pid, line, id, user, host, address, time }: UtmpRecord): string => {
  const second = new Date(Math.floor(time / 1000)).toISOString().slice(0, 19)
  const at = `${second},${String(time % 1_000_000).padStart(6, '0')}+00:00`
  const texts = [id.padEnd(4), user.padEnd(8), line.padEnd(12), host.padEnd(20), printAddress(address).padEnd(15)]
  const columns = [
    String(type),
    String(pid).padStart(5, '0'),
    ...texts.map((text) => text.replaceAll(/[[\]]/g, '?')),
    at,
  ]
  return columns.map((column) => `[${column}]`).join(' ')
}

/** Prints an address; `0.0.0.0` for none. */
const printAddress = (address: Uint8Array = new Uint8Array(4)): string =>
  address.length === 4
    ? address.join('.')
    : formatAddress(Array.from({ length: 8 }, (_, i) => ((address[2 * i] ?? 0) << 8) | (address[2 * i + 1] ?? 0)))
