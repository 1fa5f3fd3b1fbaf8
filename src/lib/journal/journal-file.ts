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
/** Where a data object has the number of its entries. */
const entriesAt = 56

const longestField = 262_144
/** A longer object, or a payload that expands to more, is that of a core dump. Its field is left out. */
const longestObject = 2 * 1_048_576
const longestPayload = 16 * 1_048_576
const mostFields = 1_024
/** More fields at a time do not occur, except in a corrupt file. */
const mostKept = 1_000_000

interface Header {
  readonly start: number
  /** The offset of the last object, with only free space behind it. */
  readonly last: number
  readonly isCompact: boolean
}

interface Field {
  readonly name: string
  readonly value: string
}

/** A data object that entries still refer to. */
interface Kept {
  /** Undefined if it is too long. */
  readonly field: Field | undefined
  /** The number of entries with this field that were not read yet. */
  left: number
}

/**
 * Reads the entries of a journal file of systemd, such as `/var/log/journal/…/system.journal`, in the order in which they were written, while
 * its bytes arrive. Entries refer back to fields, of which each knows the number of its entries: memory holds those that will be referred to
 * again. Returns the entries before the fault, and throws, if the file is corrupt or cut off.
 *
 * See https://systemd.io/JOURNAL_FILE_FORMAT/.
 */
export async function* readJournalFile(input: AsyncIterable<Uint8Array>): AsyncGenerator<JournalFields> {
  const kept = new Map<number, Kept>()
  let header: Header | undefined
  /** The bytes that were not read yet, their offset in the file, and how many more to skip. */
  let held: Buffer = Buffer.alloc(0)
  let offset = 0
  let skipped = 0
  for await (const chunk of input) {
    const rest = chunk.subarray(skipped)
    offset += chunk.length - rest.length
    skipped -= chunk.length - rest.length
    held = held.length === 0 ? Buffer.from(rest) : Buffer.concat([held, rest])
    let at = 0
    if (!header) {
      if (held.length < smallestHeader) continue
      header = readHeader(held)
      at = header.start
    }
    while (offset + at <= header.last && at + headerBytes <= held.length) {
      const [type, size] = [held[at], lengthAt(held, at + 8)]
      if (size < headerBytes) throw corrupt()
      const place = offset + at
      const object = held.subarray(at, at + size)
      if (type === entryObject && size > longestObject) throw corrupt()
      const isRead = type === entryObject || (type === dataObject && size <= longestObject)
      const needed = isRead ? size : type === dataObject ? fixedBytes : 0
      if (object.length < needed) break
      if (type === entryObject) yield readEntry(object, header.isCompact, kept)
      else if (type === dataObject) {
        if (kept.size >= mostKept) throw corrupt()
        const field = isRead ? await readField(object, header.isCompact) : undefined
        kept.set(place, { field, left: lengthAt(object, entriesAt) })
      }
      at += Math.ceil(size / 8) * 8
    }
    skipped += Math.max(0, at - held.length)
    offset += Math.min(at, held.length)
    held = held.subarray(at)
  }
  if (!header || offset <= header.last) throw new Error('The journal is cut off.')
}

const corrupt = (): Error => new Error('The journal is corrupt.')

const lengthAt = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at))

const readHeader = (file: Buffer): Header => {
  const flags = file.readUInt32LE(12)
  if (file.toString('latin1', 0, 8) !== 'LPKSHHRH') throw corrupt()
  if ((flags & ~knownFlags) !== 0) throw new Error('The journal was written by a newer systemd.')
  return { start: lengthAt(file, 88), last: lengthAt(file, 136), isCompact: (flags & compact) !== 0 }
}

const readEntry = (entry: Buffer, isCompact: boolean, kept: Map<number, Kept>): JournalFields => {
  if (entry.length < fixedBytes) throw corrupt()
  const fields: JournalFields = {
    __REALTIME_TIMESTAMP: String(entry.readBigUInt64LE(24)),
    __MONOTONIC_TIMESTAMP: String(entry.readBigUInt64LE(32)),
  }
  const step = isCompact ? 4 : 16
  const end = Math.min(entry.length, fixedBytes + mostFields * step)
  for (let at = fixedBytes; at + step <= end; at += step) {
    const offset = isCompact ? entry.readUInt32LE(at) : lengthAt(entry, at)
    const data = kept.get(offset)
    if (!data) throw corrupt()
    data.left -= 1
    if (data.left <= 0) kept.delete(offset)
    const { field } = data
    if (!field) continue
    const before = fields[field.name]
    fields[field.name] = before === undefined ? field.value : [before, field.value].flat()
  }
  return fields
}

/** Reads a data object. Undefined if its field is too long, or has no valid name. */
const readField = async (object: Buffer, isCompact: boolean): Promise<Field | undefined> => {
  const start = isCompact ? fixedBytes + 8 : fixedBytes
  if (object.length < start) throw corrupt()
  const [flags, payload] = [object[1] ?? 0, object.subarray(start)]
  return toField((flags & xz) === 0 ? unpacked(payload, flags) : await unpackXz(payload))
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

const toField = (payload: Buffer | undefined): Field | undefined => {
  const equals = payload?.indexOf(61) ?? -1
  if (!payload || equals <= 0 || equals > longestName) return undefined
  const name = payload.toString('latin1', 0, equals)
  if (!/^[A-Z0-9_]+$/.test(name)) return undefined
  return { name, value: payload.toString('utf8', equals + 1, Math.min(payload.length, equals + 1 + longestField)) }
}

const longestName = 64
