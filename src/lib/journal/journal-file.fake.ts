import { zstdCompressSync } from 'node:zlib'

export interface WrittenJournal {
  readonly isCompact?: boolean
  /** How long payloads are compressed. */
  readonly compression?: 'none' | 'lz4' | 'zstd'
  /** Payloads of data objects that are written as they are, with these flags: those of an entry of their own. */
  readonly raw?: { readonly flags: number; readonly payload: Buffer }
}

/** Writes a journal file without indexes. Each entry is a list of `NAME=value`. Fields that recur are written once. */
export const writeJournal = (
  entries: readonly (readonly string[])[],
  { isCompact = false, compression = 'none', raw }: WrittenJournal = {},
): Buffer => {
  const parts: Buffer[] = [Buffer.alloc(256)]
  let end = 256
  let last = 0
  const add = (type: number, flags: number, body: Buffer): number => {
    const object = Buffer.alloc(Math.ceil((16 + body.length) / 8) * 8)
    object[0] = type
    object[1] = flags
    object.writeBigUInt64LE(BigInt(16 + body.length), 8)
    body.copy(object, 16)
    parts.push(object)
    last = end
    end += object.length
    return last
  }
  const addData = (payload: Buffer, flags: number, uses: number): number => {
    const head = Buffer.alloc(isCompact ? 56 : 48)
    head.writeBigUInt64LE(BigInt(uses), 40)
    return add(1, flags, Buffer.concat([head, payload]))
  }
  const uses = new Map<string, number>()
  for (const text of entries.flat()) uses.set(text, (uses.get(text) ?? 0) + 1)
  const offsets = new Map<string, number>()
  const dataOf = (text: string): number => {
    const bytes = Buffer.from(text)
    const [flags, payload] = bytes.length < 64 ? ([0, bytes] as const) : packed(bytes, compression)
    const offset = offsets.get(text) ?? addData(payload, flags, uses.get(text) ?? 0)
    offsets.set(text, offset)
    return offset
  }
  const addEntry = (items: readonly number[], index: number): void => {
    const head = Buffer.alloc(48)
    head.writeBigUInt64LE(BigInt(1_700_000_000_000_000 + index), 8)
    head.writeBigUInt64LE(BigInt(index), 16)
    const step = isCompact ? 4 : 16
    const list = Buffer.alloc(items.length * step)
    for (const [at, offset] of items.entries()) {
      if (isCompact) list.writeUInt32LE(offset, at * step)
      else list.writeBigUInt64LE(BigInt(offset), at * step)
    }
    add(3, 0, Buffer.concat([head, list]))
  }
  for (const [index, fields] of entries.entries()) addEntry(fields.map(dataOf), index)
  if (raw) addEntry([addData(raw.payload, raw.flags, 1)], entries.length)
  const file = Buffer.concat(parts)
  file.write('LPKSHHRH', 'latin1')
  file.writeUInt32LE(isCompact ? 16 : 0, 12)
  file.writeBigUInt64LE(256n, 88)
  file.writeBigUInt64LE(BigInt(file.length - 256), 96)
  file.writeBigUInt64LE(BigInt(last), 136)
  return file
}

const packed = (bytes: Buffer, compression: WrittenJournal['compression']): readonly [number, Buffer] => {
  if (compression === 'zstd') return [4, zstdCompressSync(bytes)]
  if (compression !== 'lz4') return [0, bytes]
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return [2, Buffer.concat([length, literals(bytes)])]
}

/** An LZ4 block that copies nothing. */
const literals = (bytes: Buffer): Buffer => {
  const rest = bytes.length - 15
  if (rest < 0) return Buffer.concat([Buffer.from([bytes.length << 4]), bytes])
  const more = [...Array.from({ length: Math.floor(rest / 255) }, () => 255), rest % 255]
  return Buffer.concat([Buffer.from([0xf0, ...more]), bytes])
}
