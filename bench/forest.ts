import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FairCutForest } from '../src/lib/isolation-forest/fair-cut-forest.ts'
import { IsolationForest } from '../src/lib/isolation-forest/isolation-forest.ts'
import { createParallelScorer } from '../src/lib/isolation-forest/parallel.ts'
import { createRandom } from '../src/lib/random/random.ts'
import { median } from './median.ts'

// Rows per second, fitted and scored on one thread (100 trees of 256 rows), against two limits in the same run: as many dependent lookups
// in a table that fits the L1 cache, which is the cost of walking trees sequentially, and a bare pass that
// reads the matrix and writes a sum per row. Also against scikit-learn if it is installed.
const rows = 1_000_000
const columns = 10
const trees = 100
const depth = 8
const rounds = 3

const timed = (work: () => unknown) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

const random = createRandom(1)
// Approximately normal, like most real columns.
const normal = () => random.next() + random.next() + random.next() + random.next() - 2
const matrix = Float64Array.from({ length: rows * columns }, normal)

const table = Uint16Array.from({ length: 512 }, () => random.below(512))
let sink = 0
const lookUps = () => {
  for (let row = 0; row < rows / 10; row++) {
    let at = row & 511
    for (let step = 0; step < trees * depth; step++) at = (table[at] ?? 0) ^ (step & 511)
    sink ^= at
  }
}
const sums = new Float64Array(rows)
const pass = () => {
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += matrix[row * columns + column] ?? 0
    sums[row] = sum
  }
}

/**
 * score_samples of scikit-learn before 1.3 computes path lengths for each row; later versions do so once per fit. This does the latter, on
 * one core, and prints the seconds of fit and score.
 */
const python = `
import os, sys, time
os.environ.update(OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1')
import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length
X = np.fromfile(sys.argv[1], dtype='<f8').reshape(-1, int(sys.argv[2]))
start = time.perf_counter()
forest = IsolationForest(n_estimators=100, max_samples=256, random_state=0, n_jobs=1).fit(X)
X = X.astype(np.float32)
total = np.zeros(len(X))
for estimator in forest.estimators_:
    tree = estimator.tree_
    deep = np.zeros(tree.node_count)
    for node in range(tree.node_count):
        if tree.children_left[node] >= 0:
            deep[tree.children_left[node]] = deep[tree.children_right[node]] = deep[node] + 1
    total += (deep + _average_path_length(tree.n_node_samples))[tree.apply(X)]
2.0 ** (-total / (100 * _average_path_length(np.array([256]))[0]))
print(time.perf_counter() - start)
`
const sklearnRows = 200_000
const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
const file = join(folder, 'matrix.f64')
writeFileSync(file, new Uint8Array(matrix.buffer, 0, sklearnRows * columns * 8))
const found = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import sklearn'], { stdio: 'ignore' }).status === 0,
)
const sklearn = () => {
  if (!found) return Number.NaN
  const { stdout } = spawnSync(found, ['-c', python, file, String(columns)], { encoding: 'utf8' })
  return (Number(stdout) / sklearnRows) * rows
}

const took = {
  look_ups: [] as number[],
  pass: [] as number[],
  sklearn: [] as number[],
  forest: [] as number[],
  fit: [] as number[],
  fair: [] as number[],
}
let forest = IsolationForest.fit(matrix, { columns, trees })
const fair = FairCutForest.fit(matrix, { columns, trees })
forest.score(matrix.subarray(0, 10_000 * columns))
fair.score(matrix.subarray(0, 10_000 * columns))
for (let round = 0; round < rounds; round++) {
  took.sklearn.push(sklearn())
  took.look_ups.push(timed(lookUps) * 10)
  took.pass.push(timed(pass))
  const fit = timed(() => {
    forest = IsolationForest.fit(matrix, { columns, trees, seed: round })
  })
  took.fit.push(fit)
  took.forest.push(fit + timed(() => forest.score(matrix)))
  took.fair.push(timed(() => fair.score(matrix)))
}
rmSync(folder, { recursive: true })

const scorer = createParallelScorer(2)
const sharedMatrix = new Float64Array(new SharedArrayBuffer(matrix.byteLength))
sharedMatrix.set(matrix)
await scorer.score(forest, sharedMatrix)
const alone: number[] = []
const together: number[] = []
for (let round = 0; round < rounds; round++) {
  alone.push(timed(() => forest.score(matrix)))
  const started = performance.now()
  await scorer.score(forest, sharedMatrix)
  together.push((performance.now() - started) / 1000)
}
await scorer.close()

// Use another row each time: the branch predictor would learn a repeated row.
const each = (work: (row: Float64Array) => unknown) => {
  const pass = () => {
    for (let i = 0; i < 5000; i++) work(matrix.subarray(i * columns, (i + 1) * columns))
  }
  pass()
  return Number(((timed(pass) / 5000) * 1e6).toFixed(2))
}
const ratio = (against: readonly number[], seconds: readonly number[]) =>
  Number((median(against) / median(seconds)).toFixed(3))
const report = (what: string, seconds: readonly number[]) => ({
  bench: 'forest',
  what,
  rows_per_second: Math.round(rows / median(seconds)),
  times_look_ups: ratio(took.look_ups, seconds),
  share_of_bare_pass: Number((median(took.pass) / median(seconds)).toFixed(4)),
  ...(found && { times_sklearn: ratio(took.sklearn, seconds) }),
})
if (found) console.log(JSON.stringify(report('scikit-learn, fit and score', took.sklearn)))
else console.error('scikit-learn is not installed: apt-get install python3-sklearn to compare with it.')
console.log(JSON.stringify({ ...report('fit and score', took.forest), fit_ms: Math.round(median(took.fit) * 1000) }))
console.log(JSON.stringify(report('fair-cut score', took.fair)))
console.log(JSON.stringify({ bench: 'forest', what: 'two threads', times_one: ratio(alone, together) }))
console.log(
  JSON.stringify({
    bench: 'forest',
    what: 'one row',
    score_us: each((row) => forest.scoreRow(row)),
    explain_us: each((row) => forest.explain(row)),
    fair_score_us: each((row) => fair.scoreRow(row)),
    state_bytes: forest.save().length,
    fair_state_bytes: fair.save().length,
    sink: sink & 1,
  }),
)
