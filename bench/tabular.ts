import { createRandom } from '../src/lib/random/random.ts'
import { createCsvReader } from '../src/lib/tabular/csv-reader.ts'
import { matrixTable } from '../src/lib/tabular/table.ts'
import { fitTable, scoreMatrix } from '../src/lib/tabular/tabular.ts'
import { median } from './median.ts'

// Rows per second of the default tabular scorer, learned and scored on one thread, for tables of several shapes, against a bare pass that
// sums the square roots of all numbers. Also CSV into columns, against splitting the same text at newlines and commas.
const shapes = [
  { rows: 200_000, columns: 3 },
  { rows: 50_000, columns: 30 },
  { rows: 2000, columns: 500 },
]
const rounds = 3

const timed = (work: () => unknown) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}
const random = createRandom(1)
const normal = () => random.next() + random.next() + random.next() + random.next() - 2
let sink = 0

for (const { rows, columns } of shapes) {
  const matrix = Float64Array.from({ length: rows * columns }, normal)
  const pass = () => {
    for (const value of matrix) sink += Math.sqrt(Math.abs(value))
  }
  const took = { pass: [] as number[], score: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    took.pass.push(timed(pass))
    took.score.push(timed(() => scoreMatrix(matrix, columns)))
  }
  const model = fitTable(matrixTable(matrix, columns))
  const cells = Array.from(matrix.subarray(0, columns))
  const oneRow = timed(() => {
    for (let i = 0; i < 200; i++) sink += model.scoreRow(cells)
  })
  console.log(
    JSON.stringify({
      bench: 'tabular',
      what: `${rows} rows of ${columns}`,
      rows_per_second: Math.round(rows / median(took.score)),
      times_bare_pass: Math.round(median(took.score) / median(took.pass)),
      one_row_us: Math.round((oneRow / 200) * 1e6),
      state_bytes: model.save().length,
      rss_mb: Math.round(process.memoryUsage().rss / 2 ** 20),
    }),
  )
}

const text = Array.from({ length: 200_000 }, () => `${normal()},${random.below(100)},word${random.below(50)},`).join(
  '\n',
)
const took = { split: [] as number[], read: [] as number[] }
for (let round = 0; round < rounds; round++) {
  took.split.push(
    timed(() => {
      for (const line of text.split('\n')) sink += line.split(',').length
    }),
  )
  took.read.push(
    timed(() => {
      const reader = createCsvReader()
      reader.push(`a,b,c,d\n${text}`)
      sink += reader.finish().rows
    }),
  )
}
console.log(
  JSON.stringify({
    bench: 'tabular',
    what: 'CSV',
    rows_per_second: Math.round(200_000 / median(took.read)),
    share_of_split: Number((median(took.split) / median(took.read)).toFixed(3)),
    sink: sink > 0,
  }),
)
