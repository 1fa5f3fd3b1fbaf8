import { f32x4, i32, local, repeatWhile, step, type WasmFunction } from './assembler.ts'

const { get, set } = local

/**
 * Finds the squared distance of each row of a block to the nearest of some points. Rows are columns of floats, points are
 * rows. Handles sixteen rows at a time, four per vector.
 */
export const nearest: WasmFunction = (() => {
  const [points, end, width, block, stride, rows, squares] = [0, 1, 2, 3, 4, 5, 6]
  const [rowAt, rowsEnd, at, pointEnd, column] = [7, 8, 9, 10, 11]
  const value = 12
  const sums = [13, 14, 15, 16]
  const least = [17, 18, 19, 20]
  return {
    name: 'nearest',
    parameters: 7,
    returns: false,
    locals: [...new Array<'i32'>(5).fill('i32'), ...new Array<'v128'>(9).fill('v128')],
    body: [
      ...set(rowAt, get(block)),
      ...set(rowsEnd, i32.add(get(block), i32.shl(get(rows), i32.const(2)))),
      ...repeatWhile(
        [
          ...least.flatMap((vector) => set(vector, f32x4.infinity)),
          ...set(at, get(points)),
          ...repeatWhile(
            [
              ...sums.flatMap((vector) => set(vector, f32x4.zero)),
              ...set(column, get(rowAt)),
              ...set(pointEnd, i32.add(get(at), i32.shl(get(width), i32.const(2)))),
              ...repeatWhile(
                [
                  ...sums.flatMap((sum, lane) => [
                    ...set(value, f32x4.sub(f32x4.load(get(column), lane * 16), f32x4.loadOne(get(at)))),
                    ...set(sum, f32x4.add(get(sum), f32x4.mul(get(value), get(value)))),
                  ]),
                  ...set(column, i32.add(get(column), get(stride))),
                  ...step(at, 4),
                ],
                i32.lessThan(get(at), get(pointEnd)),
              ),
              ...least.flatMap((vector, lane) => set(vector, f32x4.least(get(vector), get(sums[lane] ?? 0)))),
            ],
            i32.lessThan(get(at), get(end)),
          ),
          ...least.flatMap((vector, lane) => f32x4.store(get(squares), get(vector), lane * 16)),
          ...step(squares, 64),
          ...step(rowAt, 64),
        ],
        i32.lessThan(get(rowAt), get(rowsEnd)),
      ),
    ],
  }
})()
