/**
 * The part of the WebAssembly binary format (core specification 2.0, chapter 5) that the inner loops of the forests need. An expression is the
 * list of its bytes, so code nests naturally: `i32.add(local.get(x), i32.const(8))`.
 */
export type Code = readonly number[]

const unsigned = (value: number): number[] => {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

const signed = (value: number): number[] => {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const byte = rest & 127
    rest >>= 7
    if ((rest === 0 && byte < 64) || (rest === -1 && byte >= 64)) return [...bytes, byte]
    bytes.push(byte | 128)
  }
}

/** Log2 of the guaranteed alignment of each load and store, by opcode. */
const alignment: Readonly<Record<number, number>> = { 40: 2, 42: 2, 43: 3, 56: 2, 57: 3 }
const memory =
  (opcode: number) =>
  (address: Code, offset = 0): Code => [...address, opcode, alignment[opcode] ?? 0, ...unsigned(offset)]
const store =
  (opcode: number) =>
  (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    opcode,
    alignment[opcode] ?? 0,
    ...unsigned(offset),
  ]
const one =
  (opcode: number) =>
  (a: Code): Code => [...a, opcode]
const two =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, opcode]

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: memory(0x28),
  add: two(0x6a),
  sub: two(0x6b),
  mul: two(0x6c),
  or: two(0x72),
  shl: two(0x74),
  shiftRightSigned: two(0x75),
  shiftRight: two(0x76),
  lessThan: two(0x49),
  fromBitsOf: one(0xbc),
}
export const f32 = {
  load: memory(0x2a),
  store: store(0x38),
  atLeast: two(0x60),
  demote: one(0xb6),
  fromBits: one(0xbe),
}
export const f64 = {
  load: memory(0x2b),
  store: store(0x39),
  add: two(0xa0),
  mul: two(0xa2),
  notEqual: two(0x62),
  greaterThan: two(0x64),
  atLeast: two(0x66),
  least: two(0xa4),
  most: two(0xa5),
  promote: one(0xbb),
}
const vector2 =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(opcode)]
const vectorLoad =
  (opcode: number) =>
  (address: Code, offset = 0): Code => [...address, 0xfd, opcode, 2, ...unsigned(offset)]
const vectorOf = (bytes: readonly number[]): Code => [0xfd, 0x0c, ...bytes, ...bytes, ...bytes, ...bytes]
/** Four floats at once. */
export const f32x4 = {
  zero: vectorOf([0, 0, 0, 0]),
  infinity: vectorOf([0, 0, 0x80, 0x7f]),
  load: vectorLoad(0x00),
  /** A vector of the same float. */
  loadOne: vectorLoad(0x09),
  store: (address: Code, value: Code, offset: number): Code => [
    ...address,
    ...value,
    0xfd,
    0x0b,
    2,
    ...unsigned(offset),
  ],
  add: vector2(0xe4),
  sub: vector2(0xe5),
  mul: vector2(0xe6),
  least: vector2(0xe8),
}
export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)],
}
/** Adds a constant to a local. */
export const step = (index: number, by: number): Code => local.set(index, i32.add(local.get(index), i32.const(by)))
/** Copies bytes within the memory. */
export const copy = (to: Code, from: Code, bytes: Code): Code => [...to, ...from, ...bytes, 0xfc, 0x0a, 0, 0]
/** Repeats the body while the condition holds. */
export const repeatWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b]

const types = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }
export type ValueType = keyof typeof types

export interface WasmFunction {
  readonly name: string
  /** The number of i32 parameters, which are the first locals. */
  readonly parameters: number
  readonly returns: boolean
  /** The types of the locals that follow the parameters. */
  readonly locals: readonly ValueType[]
  readonly body: Code
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes]
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))]
const text = (value: string): Code => sized([...new TextEncoder().encode(value)])

/** A module with one page of memory, exported as `memory`, that exports its functions. */
export const assemble = (functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map(({ parameters, returns }) => [
        0x60,
        ...vector(new Array<Code>(parameters).fill([types.i32])),
        ...vector(returns ? [[types.i32]] : []),
      ]),
    ),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(5, [[0, 1]]),
    ...section(7, [
      [...text('memory'), 2, 0],
      ...functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]),
    ]),
    ...section(
      10,
      functions.map(({ locals, body }) => sized([...vector(locals.map((type) => [1, types[type]])), ...body, 0x0b])),
    ),
  ])
