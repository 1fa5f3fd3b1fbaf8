import { openWalker } from '../isolation-forest/walker.ts'

/** Rows are read in blocks whose columns of floats stay in the cache; sixteen rows are compared at once. */
const blockFloats = 8192
const lanes = 16

/**
 * Finds the square of each row's distance to the nearest of each set of points, in WebAssembly: passes one set's squares to the callback for a
 * block of rows, which begins at `from`; they are invalid after it returns. Costs a multiply and two adds a number of each pair, four
 * pairs at once. Floats are exact enough: what they lose is below a millionth of the distance to the points' centre.
 */
export const nearestSquares = (
  sets: readonly Float32Array[],
  rows: Float64Array,
  width: number,
  tell: (set: number, from: number, squares: Float32Array) => void,
): void => {
  const count = rows.length / width
  const blockRows = Math.max(lanes, Math.min(256, Math.floor(blockFloats / width / lanes) * lanes))
  const pointBytes = sets.reduce((sum, points) => sum + points.byteLength, 0)
  const inputAt = Math.ceil(pointBytes / 64) * 64
  const blockAt = inputAt + blockRows * width * 8
  const squaresAt = blockAt + blockRows * width * 4
  const { memory, load, nearest } = openWalker(squaresAt + blockRows * 4)
  const ends: number[] = []
  let end = 0
  for (const points of sets) {
    new Float32Array(memory.buffer, end, points.length).set(points)
    end += points.byteLength
    ends.push(end)
  }
  const input = new Float64Array(memory.buffer, inputAt, blockRows * width)
  for (let from = 0; from < count; from += blockRows) {
    const size = Math.min(count - from, blockRows)
    input.set(rows.subarray(from * width, (from + size) * width))
    load(inputAt, blockAt, size, width, blockRows * 4)
    const squares = new Float32Array(memory.buffer, squaresAt, size)
    ends.forEach((setEnd, set) => {
      const start = ends[set - 1] ?? 0
      nearest(start, setEnd, width, blockAt, blockRows * 4, Math.ceil(size / lanes) * lanes, squaresAt)
      tell(set, from, squares)
    })
  }
}
