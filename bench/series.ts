import { createRandom } from '../src/lib/random/random.ts'
import { createSeries } from '../src/lib/series/series.ts'

// Points a second, judged and learnt, against the raw limit of an exponentially weighted mean and deviation, which is the least that
// any baseline does.
const points = 300_000
const bucket = 300_000

const timed = (work: () => unknown) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

const random = createRandom(1)
const values = (mean: number) =>
  Float64Array.from({ length: points }, () => Math.round(mean * (0.5 + random.next()) * (random.next() < 0.01 ? 4 : 1)))

let sink = 0
for (const [what, mean] of [
  ['rare', 0.4],
  ['some', 20],
  ['many', 5000],
] as const) {
  const counts = values(mean)
  const limit = timed(() => {
    let level = 0
    let stray = 1
    for (const value of counts) {
      sink += Math.abs(value - level) / stray > 6 ? 1 : 0
      stray += (Math.abs(value - level) - stray) * 0.01
      level += (value - level) * 0.01
    }
  })
  const series = createSeries({ bucket })
  const took = timed(() => {
    for (let at = 0; at < points; at++) {
      const value = counts[at] ?? 0
      sink += series.judge(at * bucket, value).score
      series.learn(at * bucket, value)
    }
  })
  console.log(
    JSON.stringify({
      bench: 'series',
      what,
      point_us: Number(((took / points) * 1e6).toFixed(2)),
      times_a_bare_mean: Number((took / limit).toFixed(1)),
      state_bytes: series.save().length,
    }),
  )
}
if (Number.isNaN(sink)) throw new Error('A score was not a number.')
