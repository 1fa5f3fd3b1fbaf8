import { leavesAt } from '../../src/lib/isolation-forest/wasm-walk.ts'
import { assemble, copy, f32, f64, i32, local, repeatWhile, step, type WasmFunction } from './assembler.ts'
import { intoColumns } from './columns.ts'
import { loadDoubles, walkFair } from './fair-walk.ts'
import { nearest } from './nearest.ts'

// The inner loops of the forests; src/lib/isolation-forest/walk-memory.ts defines the memory layout.
const { get, set } = local

/**
 * Transposes rows of doubles into columns of floats, rounded down, and returns whether a value was missing. Rounding down preserves every
 * comparison with a float threshold: x ≥ t exactly if the greatest float ≤ x is ≥ t.
 */
const load: WasmFunction = (() => {
  const locals = { column: 5, row: 6, at: 7, end: 8, missing: 9, value: 11 }
  const bits = 10
  const { end, value } = locals
  const rounded = f64.greaterThan(f64.promote(f32.fromBits(get(bits))), get(value))
  const sign = i32.or(i32.shiftRightSigned(get(bits), i32.const(31)), i32.const(1))
  return {
    name: 'load',
    parameters: 5,
    returns: true,
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f64'],
    body: intoColumns(locals, 4, [
      ...set(bits, i32.fromBitsOf(f32.demote(get(value)))),
      // Take the next lower float if rounding went up: decrement the bits of a positive float, increment those of a negative one.
      ...f32.store(get(end), f32.fromBits(i32.sub(get(bits), i32.mul(rounded, sign)))),
    ]),
  }
})()

/**
 * Adds each tree's path lengths to the sums of a block of rows, eight rows at a time and without a branch: eight walks wait for the
 * cache together, and there is no branch to predict. A walk is the address 8i of its node i, counted from 1 as in a heap.
 */
const walk: WasmFunction = (() => {
  const [treesAt, trees, treeBytes, depth, block, rows, sums] = [0, 1, 2, 3, 4, 5, 6]
  const [rowAt, rowsEnd, sumAt, level] = [7, 8, 9, 10]
  const walks = [11, 12, 13, 14, 15, 16, 17, 18]
  const half = i32.shiftRight(get(treeBytes), i32.const(1))
  return {
    name: 'walk',
    parameters: 7,
    returns: false,
    locals: new Array<'i32'>(12).fill('i32'),
    body: [
      ...set(rowsEnd, i32.add(get(block), i32.shl(get(rows), i32.const(2)))),
      ...repeatWhile(
        [
          // Copy the tree to a fixed address, so that the loads below have constant offsets.
          ...copy(i32.const(0), get(treesAt), get(treeBytes)),
          ...set(treesAt, i32.add(get(treesAt), get(treeBytes))),
          ...copy(i32.add(i32.const(leavesAt), half), get(treesAt), half),
          ...set(treesAt, i32.add(get(treesAt), half)),
          ...set(rowAt, get(block)),
          ...set(sumAt, get(sums)),
          ...repeatWhile(
            [
              ...walks.flatMap((node) => set(node, i32.const(8))),
              ...set(level, get(depth)),
              ...repeatWhile(
                [
                  ...walks.flatMap((node, lane) => {
                    const value = f32.load(i32.add(i32.load(get(node), 4), get(rowAt)), lane * 4)
                    const right = f32.atLeast(value, f32.load(get(node)))
                    return set(node, i32.shl(i32.add(get(node), i32.shl(right, i32.const(2))), i32.const(1)))
                  }),
                  ...step(level, -1),
                ],
                get(level),
              ),
              ...walks.flatMap((node, lane) => {
                const path = f64.promote(f32.load(i32.shiftRight(get(node), i32.const(1)), leavesAt))
                return f64.store(get(sumAt), f64.add(f64.load(get(sumAt), lane * 8), path), lane * 8)
              }),
              ...step(rowAt, 32),
              ...step(sumAt, 64),
            ],
            i32.lessThan(get(rowAt), get(rowsEnd)),
          ),
          ...step(trees, -1),
        ],
        get(trees),
      ),
    ],
  }
})()

/** The bytes of the module. */
export const walkModule = (): Uint8Array<ArrayBuffer> => assemble([load, walk, loadDoubles, walkFair, nearest])
