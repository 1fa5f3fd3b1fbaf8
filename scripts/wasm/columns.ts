import { type Code, f64, i32, local, repeatWhile, step } from './assembler.ts'

const { get, set } = local

const [from, to, rows, columns, stride] = [0, 1, 2, 3, 4]

/** Where a loader keeps what it counts with. */
export interface LoaderLocals {
  readonly column: number
  readonly row: number
  readonly at: number
  readonly end: number
  readonly missing: number
  readonly value: number
}

/**
 * Goes through rows of doubles column by column and stores each value as a cell of `bytes`; leaves whether a value was missing. The
 * function's first parameters are where the rows are, where the columns go, how many there are of each, and a column's bytes.
 */
export const intoColumns = (locals: LoaderLocals, bytes: number, store: Code): Code => {
  const { column, row, at, end, missing, value } = locals
  return [
    ...repeatWhile(
      [
        ...set(at, i32.add(get(from), i32.shl(get(column), i32.const(3)))),
        ...set(end, i32.add(get(to), i32.mul(get(column), get(stride)))),
        ...set(row, i32.const(0)),
        ...repeatWhile(
          [
            ...set(value, f64.load(get(at))),
            ...set(missing, i32.or(get(missing), f64.notEqual(get(value), get(value)))),
            ...store,
            ...step(end, bytes),
            ...set(at, i32.add(get(at), i32.shl(get(columns), i32.const(3)))),
            ...step(row, 1),
          ],
          i32.lessThan(get(row), get(rows)),
        ),
        ...step(column, 1),
      ],
      i32.lessThan(get(column), get(columns)),
    ),
    ...get(missing),
  ]
}
