import { type Code, f32, f64, i32, local, repeatWhile, step, type WasmFunction } from './assembler.ts'
import { intoColumns } from './columns.ts'

// The inner loops of the fair-cut forest; src/lib/isolation-forest/fair-wasm-walk.ts defines their memory layout.
const { get, set } = local

/** Transposes rows of doubles into columns, clamped to ±bound, and returns whether a value was missing. */
export const loadDoubles: WasmFunction = (() => {
  const bound = 5
  const locals = { column: 6, row: 7, at: 8, end: 9, missing: 10, value: 11 }
  const most = f64.load(get(bound))
  const least = f64.load(get(bound), 8)
  return {
    name: 'loadDoubles',
    parameters: 6,
    returns: true,
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', 'f64'],
    body: intoColumns(locals, 8, f64.store(get(locals.end), f64.least(f64.most(get(locals.value), least), most))),
  }
})()

/**
 * Adds each tree's path lengths to the sums of a block of rows, eight rows at a time. A walk is the address of its node. A leaf is its own
 * child, so all eight take as many steps as the tree is deep, without a branch.
 */
export const walkFair: WasmFunction = (() => {
  const [rootsAt, trees, block, rows, sums] = [0, 1, 2, 3, 4]
  const [rowAt, rowsEnd, sumAt, level, root] = [5, 6, 7, 8, 9]
  const walks = [10, 11, 12, 13, 14, 15, 16, 17]
  const part = (node: number, weight: number, column: number, lane: number): Code =>
    f64.mul(
      f64.promote(f32.load(get(node), weight)),
      f64.load(i32.add(i32.load(get(node), column), get(rowAt)), lane * 8),
    )
  return {
    name: 'walkFair',
    parameters: 5,
    returns: false,
    locals: new Array<'i32'>(13).fill('i32'),
    body: [
      ...set(rowsEnd, i32.add(get(block), i32.shl(get(rows), i32.const(3)))),
      ...repeatWhile(
        [
          ...set(root, i32.load(get(rootsAt))),
          ...set(rowAt, get(block)),
          ...set(sumAt, get(sums)),
          ...repeatWhile(
            [
              ...walks.flatMap((node) => set(node, get(root))),
              ...set(level, i32.load(get(rootsAt), 4)),
              ...repeatWhile(
                [
                  ...walks.flatMap((node, lane) => {
                    const projection = f64.add(part(node, 8, 16, lane), part(node, 12, 20, lane))
                    const right = f64.atLeast(projection, f64.load(get(node)))
                    return set(node, i32.add(i32.load(get(node), 24), i32.shl(right, i32.const(5))))
                  }),
                  ...step(level, -1),
                ],
                get(level),
              ),
              ...walks.flatMap((node, lane) =>
                f64.store(
                  get(sumAt),
                  f64.add(f64.load(get(sumAt), lane * 8), f64.promote(f32.load(get(node), 28))),
                  lane * 8,
                ),
              ),
              ...step(rowAt, 64),
              ...step(sumAt, 64),
            ],
            i32.lessThan(get(rowAt), get(rowsEnd)),
          ),
          ...step(rootsAt, 8),
          ...step(trees, -1),
        ],
        get(trees),
      ),
    ],
  }
})()
