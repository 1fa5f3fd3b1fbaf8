/**
 * Bytes for saved states: a header with name and version, then values in the order they were written. Little-endian, so a state moves
 * between machines.
 */

import { readVarint, writeVarint } from './varint.ts'

/** A state that cannot be read: unknown, of another version, or truncated. */
export class StateError extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.name = 'StateError'
    this.hint = hint
  }
}

const magic = 0x54534456 // "VDST"
/** Shorter texts are copied character by character if they are ASCII: the encoder creates an array for each text. */
const shortText = 200
const textEncoder = new TextEncoder()
const textDecoder = new TextDecoder()

export interface Writer {
  u8(value: number): Writer
  u32(value: number): Writer
  f32(value: number): Writer
  f64(value: number): Writer
  /** A non-negative integer below 2^53, in as few bytes as it needs. */
  varint(value: number): Writer
  text(value: string): Writer
  bytes(value: Uint8Array): Writer
  f32s(values: Float32Array): Writer
  f64s(values: Float64Array): Writer
  u16s(values: Uint16Array): Writer
  i32s(values: Int32Array): Writer
  /** A copy of the bytes so far. */
  finish(): Uint8Array
}

/** Starts a state with a name (`drain`, `series` …) and a version, which is incremented whenever the layout changes. */
export const createWriter = (kind: string, version: number): Writer => {
  let buffer = new Uint8Array(256)
  let view = new DataView(buffer.buffer)
  let length = 0

  const grow = (extra: number): number => {
    const at = length
    length += extra
    if (length > buffer.length) {
      const larger = new Uint8Array(Math.max(length, buffer.length * 2))
      larger.set(buffer)
      buffer = larger
      view = new DataView(buffer.buffer)
    }
    return at
  }
  /** Get the view after growing, because growing replaces it. */
  const roomFor = (extra: number): DataView => {
    grow(extra)
    return view
  }
  const raw = (value: Uint8Array): void => {
    const at = grow(value.length)
    buffer.set(value, at)
  }
  const list = (value: Float32Array | Float64Array | Uint16Array | Int32Array): Writer => {
    writer.varint(value.length)
    raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    return writer
  }

  const writer: Writer = {
    u8(value) {
      roomFor(1).setUint8(length - 1, value)
      return writer
    },
    u32(value) {
      roomFor(4).setUint32(length - 4, value, true)
      return writer
    },
    f32(value) {
      roomFor(4).setFloat32(length - 4, value, true)
      return writer
    },
    f64(value) {
      roomFor(8).setFloat64(length - 8, value, true)
      return writer
    },
    varint(value) {
      const at = grow(8)
      length = writeVarint(buffer, at, value)
      return writer
    },
    text(value) {
      const size = value.length
      if (size > shortText) return writer.bytes(textEncoder.encode(value))
      const before = length
      writer.varint(size)
      const at = grow(size)
      for (let i = 0; i < size; i++) {
        const code = value.charCodeAt(i)
        if (code > 0x7f) {
          length = before
          return writer.bytes(textEncoder.encode(value))
        }
        buffer[at + i] = code
      }
      return writer
    },
    bytes(value) {
      writer.varint(value.length)
      raw(value)
      return writer
    },
    f32s: list,
    f64s: list,
    u16s: list,
    i32s: list,
    finish: () => buffer.slice(0, length),
  }
  return writer.u32(magic).text(kind).varint(version)
}

export interface Reader {
  u8(): number
  u32(): number
  f32(): number
  f64(): number
  varint(): number
  text(): string
  bytes(): Uint8Array
  f32s(): Float32Array<ArrayBuffer>
  f64s(): Float64Array<ArrayBuffer>
  u16s(): Uint16Array<ArrayBuffer>
  i32s(): Int32Array<ArrayBuffer>
  /** Whether everything has been read, as in a state that was saved before a value was added at its end. */
  readonly ended: boolean
}

/** Opens a state that `createWriter` made; throws StateError when it is of another kind or version, or cut short. */
export const createReader = (state: Uint8Array, kind: string, version: number): Reader => {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength)
  let position = 0

  const advance = (count: number): number => {
    const at = position
    if (count < 0 || at + count > state.length) {
      throw new StateError(
        `The saved state "${kind}" ends too early.`,
        'Delete it; it is learnt again from the events.',
      )
    }
    position += count
    return at
  }
  const list = <List>(width: number, make: (buffer: ArrayBuffer) => List): List => {
    const bytes = reader.varint() * width
    const at = advance(bytes)
    const copy = new Uint8Array(bytes)
    copy.set(state.subarray(at, at + bytes))
    return make(copy.buffer)
  }

  const reader: Reader = {
    u8: () => view.getUint8(advance(1)),
    u32: () => view.getUint32(advance(4), true),
    f32: () => view.getFloat32(advance(4), true),
    f64: () => view.getFloat64(advance(8), true),
    varint: () => readVarint(reader.u8),
    text: () => textDecoder.decode(reader.bytes()),
    bytes() {
      const count = reader.varint()
      const at = advance(count)
      return state.slice(at, at + count)
    },
    f32s: () => list(4, (buffer) => new Float32Array(buffer)),
    f64s: () => list(8, (buffer) => new Float64Array(buffer)),
    u16s: () => list(2, (buffer) => new Uint16Array(buffer)),
    i32s: () => list(4, (buffer) => new Int32Array(buffer)),
    get ended() {
      return position === state.length
    },
  }

  if (state.length < 6 || reader.u32() !== magic) {
    throw new StateError(`These bytes are no saved state "${kind}".`, 'Delete it; it is learnt again from the events.')
  }
  const foundKind = reader.text()
  const foundVersion = reader.varint()
  if (foundKind !== kind || foundVersion !== version) {
    throw new StateError(
      `The saved state is "${foundKind}" version ${foundVersion}; "${kind}" version ${version} was expected.`,
      'Delete it and let it be learnt again from the stored events, or run the release that wrote it.',
    )
  }
  return reader
}
