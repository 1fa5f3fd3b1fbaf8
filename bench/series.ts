import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createRandom } from '../src/lib/random/random.ts'
import { createDetector } from '../src/lib/series/detector.ts'
import { createSeries } from '../src/lib/series/series.ts'

// Points per second, scored and learned, by the light baseline of counts (`createSeries`) and the thorough detector (`createDetector`),
// against an exponentially weighted mean and variance, the minimum work of any baseline; rounds alternate.
// Also the size of a series: saved, and in memory with many of them.
const points = 200_000
const bucket = 300_000
const alive = 200

const timed = (work: () => unknown) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

const random = createRandom(1)
const values = (mean: number) =>
  Float64Array.from({ length: points }, () => Math.round(mean * (0.5 + random.next()) * (random.next() < 0.01 ? 4 : 1)))

let sink = 0
const runLimit = (counts: Float64Array) => {
  let mean = 0
  let variance = 1
  for (const value of counts) {
    const stray = value - mean
    sink += stray * stray > 36 * variance ? 1 : 0
    variance += (stray * stray - variance) * 0.01
    mean += stray * 0.01
  }
}
const runSeries = (counts: Float64Array) => {
  const series = createSeries({ bucket })
  counts.forEach((value, at) => {
    sink += series.assess(at * bucket, value).score
    series.learn(at * bucket, value)
  })
  return series.save().length
}
const runDetector = (counts: Float64Array) => {
  const detector = createDetector()
  for (const value of counts) sink += detector.observe(value).score
}
setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')
/** The average bytes per object, heap and typed arrays together. */
const heldBy = (make: () => unknown): number => {
  const used = () => {
    if (typeof collect === 'function') collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const all = Array.from({ length: alive }, make)
  const held = (used() - before) / all.length
  return Math.round(held)
}

for (const [what, mean] of [
  ['rare', 0.4],
  ['some', 20],
  ['many', 5000],
] as const) {
  const counts = values(mean)
  const best = { limit: Number.POSITIVE_INFINITY, series: Number.POSITIVE_INFINITY, detector: Number.POSITIVE_INFINITY }
  let bytes = 0
  for (let round = 0; round < 3; round++) {
    best.limit = Math.min(
      best.limit,
      timed(() => runLimit(counts)),
    )
    best.series = Math.min(
      best.series,
      timed(() => {
        bytes = runSeries(counts)
      }),
    )
    best.detector = Math.min(
      best.detector,
      timed(() => runDetector(counts)),
    )
  }
  for (const name of ['series', 'detector'] as const) {
    console.log(
      JSON.stringify({
        bench: 'series',
        what: `${name}, ${what}`,
        point_us: Number(((best[name] / points) * 1e6).toFixed(2)),
        times_a_bare_mean: Number((best[name] / best.limit).toFixed(1)),
        ...(name === 'series' && { state_bytes: bytes }),
      }),
    )
  }
}
const heldSeries = heldBy(() => createSeries({ bucket }))
const heldDetector = heldBy(() => createDetector())
console.log(JSON.stringify({ bench: 'series', what: 'held in memory', series: heldSeries, detector: heldDetector }))
if (Number.isNaN(sink)) throw new Error('A score was not a number.')
