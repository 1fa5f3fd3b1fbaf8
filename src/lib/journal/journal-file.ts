import { zstdDecompressSync } from 'node:zlib'
import { decodeLz4Block } from '../lz4/unlz4.ts'
import type { JournalFields } from './entries.ts'

/** The types of objects in a journal file. Others are indexes, which a reader in order does not need. */
const dataObject = 1
const entryObject = 3
/** Flags of a data object: how its payload is compressed. */
const xz = 1
const lz4 = 2
const zstd = 4
/** The incompatible flags of a file that this reader knows: the three compressions, keyed hashes, and compact objects. */
const knownFlags = 0b11111
const compact = 16

const smallestHeader = 208
const headerBytes = 16
const fixedBytes = 64

const longestField = 262_144
/** A longer payload is that of a core dump. Its field is left out. */
const longestPayload = 16 * 1_048_576
const mostFields = 1_024
/** Beyond so many fields that recur, all are forgotten. */
const mostKept = 50_000

/** A field of an entry; undefined if it is too long. */
type Field = { readonly name: string; readonly value: string } | undefined

interface Header {
  readonly start: number
  /** The offset of the last object, with only free space behind it. */
  readonly last: number
  readonly isCompact: boolean
}

/**
 * Reads the entries of a journal file of systemd, such as `/var/log/journal/…/system.journal`, in the order in which they were written. Objects
 * refer back to earlier ones, so the file is held in memory; entries are returned while it is read. Returns the entries before the fault, and
 * throws, if the file is corrupt or cut off.
 *
 * See https://systemd.io/JOURNAL_FILE_FORMAT/.
 */
export async function* readJournalFile(input: AsyncIterable<Uint8Array>): AsyncGenerator<JournalFields> {
  let file = Buffer.alloc(0)
  let filled = 0
  let header: Header | undefined
  let read: ReadField | undefined
  let at = 0
  for await (const chunk of input) {
    if (filled + chunk.length > file.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * file.length, filled + chunk.length))
      file.copy(larger, 0, 0, filled)
      file = larger
    }
    file.set(chunk, filled)
    filled += chunk.length
    if (!header || !read) {
      if (filled < smallestHeader) continue
      header = readHeader(file)
      read = fieldReader(header.isCompact)
      at = header.start
    }
    const bytes = file.subarray(0, filled)
    while (at <= header.last && at + headerBytes <= filled) {
      const size = lengthAt(bytes, at + 8)
      if (size < headerBytes) throw corrupt()
      if (at + size > filled) break
      if (bytes[at] === entryObject) yield await readEntry(bytes, bytes.subarray(at, at + size), header.isCompact, read)
      at += Math.ceil(size / 8) * 8
    }
  }
  if (!header || at <= header.last) throw new Error('The journal is cut off.')
}

const corrupt = (): Error => new Error('The journal is corrupt.')

const lengthAt = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at))

const readHeader = (file: Buffer): Header => {
  const flags = file.readUInt32LE(12)
  if (file.toString('latin1', 0, 8) !== 'LPKSHHRH') throw corrupt()
  if ((flags & ~knownFlags) !== 0) throw new Error('The journal was written by a newer systemd.')
  return { start: lengthAt(file, 88), last: lengthAt(file, 136), isCompact: (flags & compact) !== 0 }
}

/** Reads the field at an offset of a file. */
type ReadField = (file: Buffer, offset: number) => Promise<Field> | Field

const readEntry = async (file: Buffer, entry: Buffer, isCompact: boolean, read: ReadField): Promise<JournalFields> => {
  if (entry.length < fixedBytes) throw corrupt()
  const fields: JournalFields = {
    __REALTIME_TIMESTAMP: String(entry.readBigUInt64LE(24)),
    __MONOTONIC_TIMESTAMP: String(entry.readBigUInt64LE(32)),
  }
  const step = isCompact ? 4 : 16
  const end = Math.min(entry.length, fixedBytes + mostFields * step)
  for (let at = fixedBytes; at + step <= end; at += step) {
    const offset = isCompact ? entry.readUInt32LE(at) : lengthAt(entry, at)
    const found = read(file, offset)
    const field = found instanceof Promise ? await found : found
    if (!field) continue
    const before = fields[field.name]
    fields[field.name] = before === undefined ? field.value : [before, field.value].flat()
  }
  return fields
}

/** Creates a reader of fields by the offsets of their data objects. Most are those of many entries. */
const fieldReader = (isCompact: boolean): ReadField => {
  const known = new Map<number, Field>()
  const start = isCompact ? fixedBytes + 8 : fixedBytes
  const load = (file: Buffer, offset: number): Promise<Field> | Field => {
    if (!(offset + start <= file.length) || file[offset] !== dataObject) throw corrupt()
    const [flags, size] = [file[offset + 1] ?? 0, lengthAt(file, offset + 8)]
    if (size < start || offset + size > file.length) throw corrupt()
    const payload = file.subarray(offset + start, offset + size)
    return (flags & xz) === 0 ? toField(unpacked(payload, flags)) : unpackXz(payload).then(toField)
  }
  return (file, offset) => {
    const before = known.get(offset)
    if (before) return before
    const field = load(file, offset)
    if (field instanceof Promise || field === undefined || lengthAt(file, offset + 56) < 2) return field
    if (known.size >= mostKept) known.clear()
    known.set(offset, field)
    return field
  }
}

/** Returns the payload of a data object; undefined if it is too long. */
const unpacked = (payload: Buffer, flags: number): Buffer | undefined => {
  if ((flags & lz4) !== 0) {
    const length = lengthAt(payload, 0)
    return length > longestPayload ? undefined : decodeLz4Block(payload.subarray(8), Buffer.alloc(0), length)
  }
  if ((flags & zstd) === 0) return payload
  try {
    return zstdDecompressSync(payload, { maxOutputLength: longestPayload })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Loads its WebAssembly only for the journals of old versions of systemd. */
const unpackXz = async (payload: Buffer): Promise<Buffer | undefined> => {
  const { default: decoder } = await import('xz-decompress')
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of new decoder.XzReadableStream(ReadableStream.from([payload])).values()) {
    length += part.length
    if (length > longestPayload) return undefined
    parts.push(Uint8Array.from(part))
  }
  return Buffer.concat(parts)
}

const toField = (payload: Buffer | undefined): Field => {
  const equals = payload?.indexOf(61) ?? -1
  if (!payload || equals <= 0 || equals > longestName) return undefined
  const name = payload.toString('latin1', 0, equals)
  if (!/^[A-Z0-9_]+$/.test(name)) return undefined
  return { name, value: payload.toString('utf8', equals + 1, Math.min(payload.length, equals + 1 + longestField)) }
}

const longestName = 64
