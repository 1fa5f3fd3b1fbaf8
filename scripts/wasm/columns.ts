import { type Code, f64, i32, local, repeatWhile, step } from './assembler.ts'

const { get, set } = local

const [from, to, rows, columns, stride] = [0, 1, 2, 3, 4]

/** The locals of a loader. */
export interface LoaderLocals {
  readonly column: number
  readonly row: number
  readonly at: number
  readonly end: number
  readonly missing: number
  readonly value: number
}

/**
 * Transposes rows of doubles into columns of cells of `bytes`, and returns whether a value was missing. The
 * first parameters are the address of the rows, the address of the columns, the count of each, and the bytes per column.
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
