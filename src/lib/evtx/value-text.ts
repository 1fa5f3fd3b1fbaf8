import { escapeText } from './xml-text.ts'

/** The types of values that the reader treats apart. A type with `arrayFlag` is an array of it. */
export const valueTypes = { none: 0x00, string: 0x01, ansi: 0x02, sid: 0x13, binaryXml: 0x21 } as const
const arrayFlag = 0x80

/** Bytes of the types with a fixed size. */
const fixedSizes: Readonly<Record<number, number>> = {
  3: 1,
  4: 1,
  5: 2,
  6: 2,
  7: 4,
  8: 4,
  9: 8,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  15: 16,
  17: 8,
  18: 16,
  20: 4,
  21: 8,
}

/** Returns the size of a value of a type without a length of its own; undefined for other types. */
export const fixedSizeOf = (type: number): number | undefined => fixedSizes[type]

/** Returns a value as escaped text, as Windows writes it: an array as one text for each of its items. */
export const valueText = (type: number, bytes: Buffer): string | readonly string[] =>
  type & arrayFlag
    ? itemsOf(type & ~arrayFlag, bytes).map((item) => escapeText(item))
    : escapeText(plainText(type, bytes))

const plainText = (type: number, bytes: Buffer): string => {
  switch (type) {
    case 0x00:
      return ''
    case 0x02:
      return withoutEnd(bytes.toString('latin1'))
    case 0x01:
    case 0x23:
      return withoutEnd(bytes.toString('utf16le'))
    case 0x03:
    case 0x05:
    case 0x07:
    case 0x09:
      return integer(bytes, true)?.toString() ?? hex(bytes)
    case 0x04:
    case 0x06:
    case 0x08:
    case 0x0a:
      return integer(bytes, false)?.toString() ?? hex(bytes)
    case 0x0b:
      return bytes.length === 4 ? String(Number(bytes.readFloatLE().toPrecision(7))) : hex(bytes)
    case 0x0c:
      return bytes.length === 8 ? String(bytes.readDoubleLE()) : hex(bytes)
    case 0x0d:
      return String(bytes.some((byte) => byte !== 0))
    case 0x0f:
      return bytes.length === 16 ? guid(bytes) : hex(bytes)
    case 0x10:
    case 0x14:
    case 0x15:
    case 0x20: {
      const value = integer(bytes, false)
      return value === undefined ? hex(bytes) : `0x${value.toString(16)}`
    }
    case 0x11:
      return bytes.length === 8 ? fileTime(bytes.readBigUInt64LE()) : hex(bytes)
    case 0x12:
      return bytes.length === 16 ? systemTime(bytes) : hex(bytes)
    case 0x13:
      return bytes.length >= 8 && bytes.length >= sidSize(bytes, 0) ? sid(bytes) : hex(bytes)
    default:
      return hex(bytes)
  }
}

const itemsOf = (type: number, bytes: Buffer): readonly string[] => {
  if (bytes.length === 0) return []
  if (type === valueTypes.string || type === valueTypes.ansi) {
    const text = bytes.toString(type === valueTypes.string ? 'utf16le' : 'latin1')
    return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0')
  }
  const size = type === 0x10 ? (bytes.length % 8 === 0 ? 8 : 4) : fixedSizeOf(type)
  if (size === undefined && type !== valueTypes.sid) return [hex(bytes)]
  const items: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + (size ?? sidSize(bytes, at))
    items.push(plainText(type, bytes.subarray(at, end)))
    at = end
  }
  return items
}

/** Returns an integer by its size: the size in the file counts, not the one of its type. */
const integer = (bytes: Buffer, signed: boolean): number | bigint | undefined => {
  switch (bytes.length) {
    case 1:
    case 2:
    case 4:
      return signed ? bytes.readIntLE(0, bytes.length) : bytes.readUIntLE(0, bytes.length)
    case 8:
      return signed ? bytes.readBigInt64LE() : bytes.readBigUInt64LE()
    default:
      return undefined
  }
}

const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase()

const withoutEnd = (text: string): string => (text.endsWith('\0') ? text.replace(/\0+$/, '') : text)

const guid = (bytes: Buffer): string => {
  const numbers = [bytes.readUInt32LE(0), bytes.readUInt16LE(4), bytes.readUInt16LE(6)]
  const [first = '', ...rest] = numbers.map((number, i) => number.toString(16).padStart(i === 0 ? 8 : 4, '0'))
  return `{${[first, ...rest, bytes.toString('hex', 8, 10), bytes.toString('hex', 10, 16)].join('-')}}`
}

/** Ticks of 100 ns, from 1601 to 1970. */
const ticksBeforeUnix = 116_444_736_000_000_000n

const fileTime = (ticks: bigint): string => {
  const sinceUnix = ticks - ticksBeforeUnix
  const seconds = (sinceUnix - (((sinceUnix % 10_000_000n) + 10_000_000n) % 10_000_000n)) / 10_000_000n
  const rest = (sinceUnix - seconds * 10_000_000n).toString().padStart(7, '0')
  return `${secondsText(Number(seconds) * 1_000)}.${rest}Z`
}

/** Writes a time to its second. Times that Windows uses for "never" have years of five digits. */
const secondsText = (time: number): string => new Date(time).toISOString().slice(0, -5).replace(/^\+0*/, '')

const systemTime = (bytes: Buffer): string => {
  const part = (index: number, digits: number) =>
    bytes
      .readUInt16LE(index * 2)
      .toString()
      .padStart(digits, '0')
  return `${part(0, 4)}-${part(1, 2)}-${part(3, 2)}T${part(4, 2)}:${part(5, 2)}:${part(6, 2)}.${part(7, 3)}Z`
}

const sidSize = (bytes: Buffer, at: number): number => 8 + 4 * (bytes[at + 1] ?? 0)

const sid = (bytes: Buffer): string => {
  const parts = Array.from({ length: bytes[1] ?? 0 }, (_, i) => bytes.readUInt32LE(8 + 4 * i))
  return ['S', bytes[0], bytes.readUIntBE(2, 6), ...parts].join('-')
}
