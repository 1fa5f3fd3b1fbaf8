import { IsolationForest } from '../src/lib/isolation-forest/isolation-forest.ts'
import { createRandom } from '../src/lib/random/random.ts'

// Rows a second, fitted and scored on one thread (100 trees of 256 rows), against the raw limit of as many dependent look-ups in a
// table that fits the same cache: what a walk down a tree is made of.
const rows = 300_000
const columns = 10
const trees = 100
const depth = 8

const timed = (work: () => unknown) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

const random = createRandom(1)
const matrix = Float64Array.from({ length: rows * columns }, () => random.next())

const table = Uint16Array.from({ length: 512 }, () => random.below(512))
let sink = 0
const limit = () => {
  for (let row = 0; row < rows; row++) {
    let at = row & 511
    for (let step = 0; step < trees * depth; step++) {
      at = (table[at] ?? 0) ^ (step & 511)
    }
    sink ^= at
  }
}

const best = { limit: Number.POSITIVE_INFINITY, forest: Number.POSITIVE_INFINITY }
let forest = IsolationForest.fit(matrix, { columns, trees, seed: 1 })
for (let round = 0; round < 3; round++) {
  best.limit = Math.min(best.limit, timed(limit))
  best.forest = Math.min(
    best.forest,
    timed(() => {
      forest = IsolationForest.fit(matrix, { columns, trees, seed: round })
      return forest.score(matrix)
    }),
  )
}
const row = matrix.subarray(0, columns)
const oneRow = timed(() => {
  for (let i = 0; i < 5000; i++) sink ^= forest.scoreRow(row)
})
const explained = timed(() => {
  for (let i = 0; i < 5000; i++) sink ^= forest.explain(row).length
})
console.log(
  JSON.stringify({
    bench: 'forest',
    rows,
    columns,
    rows_per_second: Math.round(rows / best.forest),
    share_of_table_walks: Number((best.limit / best.forest).toFixed(3)),
    one_row_us: Number(((oneRow / 5000) * 1e6).toFixed(2)),
    explain_us: Number(((explained / 5000) * 1e6).toFixed(2)),
    state_bytes: forest.save().length,
    sink: sink & 1,
  }),
)
