import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createReader, createWriter, StateError } from './codec.ts'

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(
      fc.nat(255),
      fc.nat(0xffffffff),
      fc.maxSafeNat(),
      fc.double(),
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array(),
      fc.float64Array(),
      (small, word, large, number, text, bytes, numbers) => {
        const state = createWriter('test', 3)
          .u8(small)
          .u32(word)
          .varint(large)
          .f32(Math.fround(number))
          .f64(number)
          .text(text)
          .bytes(bytes)
          .f64s(Float64Array.from(numbers))
          .f32s(Float32Array.of(1.5, -2))
          .u16s(Uint16Array.of(1, 65_535))
          .i32s(Int32Array.of(-1, 7))
          .finish()
        const reader = createReader(state, 'test', 3)
        expect(reader.u8()).toBe(small)
        expect(reader.u32()).toBe(word)
        expect(reader.varint()).toBe(large)
        expect(reader.f32()).toBe(Math.fround(number))
        expect(reader.f64()).toBe(number)
        expect(reader.text()).toBe(text)
        expect([...reader.bytes()]).toEqual([...bytes])
        expect([...reader.f64s()]).toEqual([...numbers])
        expect([...reader.f32s()]).toEqual([1.5, -2])
        expect([...reader.u16s()]).toEqual([1, 65_535])
        expect([...reader.i32s()]).toEqual([-1, 7])
      },
    ),
    { seed: 7 },
  )
})

it('reads from the middle of a larger buffer', () => {
  const state = createWriter('test', 1)
    .f64s(Float64Array.of(1, 2, 3))
    .finish()
  const larger = new Uint8Array(state.length + 3)
  larger.set(state, 3)
  expect([...createReader(larger.subarray(3), 'test', 1).f64s()]).toEqual([1, 2, 3])
})

it('refuses another kind, another version and strangers, and says what it found', () => {
  const state = createWriter('drain', 2).finish()
  expect(() => createReader(state, 'series', 2)).toThrow('"drain" version 2; "series" version 2 was expected')
  expect(() => createReader(state, 'drain', 3)).toThrow(StateError)
  expect(() => createReader(new TextEncoder().encode('{"a":1}'), 'drain', 2)).toThrow(/no saved state/)
  expect(() => createReader(new Uint8Array(0), 'drain', 2)).toThrow(StateError)
})

it('refuses a state that was cut short, wherever the cut is', () => {
  const state = createWriter('test', 1)
    .text('hello')
    .i32s(Int32Array.of(1, 2, 3))
    .varint(500)
    .finish()
  for (let length = 0; length < state.length; length++) {
    const read = (): void => {
      const reader = createReader(state.subarray(0, length), 'test', 1)
      reader.text()
      reader.i32s()
      reader.varint()
    }
    expect(read).toThrow(StateError)
  }
})

it('is not fooled by a length that no state can have', () => {
  const state = createWriter('test', 1)
    .varint(2 ** 50)
    .finish()
  expect(() => createReader(state, 'test', 1).f64s()).toThrow(StateError)
  expect(() => createReader(state, 'test', 1).bytes()).toThrow(StateError)
})
