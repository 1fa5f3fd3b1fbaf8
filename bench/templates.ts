import { createDrain } from '../src/lib/drain/drain.ts'
import { createMiner } from '../src/pipeline/mine/mine.ts'
import type { Event } from '../src/schema/event/event.ts'
import { mixedLines } from './mixed-lines.ts'

// Lines per second of the template miner, against splitting the same bytes into strings. 1 would mean that finding
// templates costs nothing beyond reading the lines. `first` starts with an empty model, `known` has every template, `parameters` reads
// their values and types too, `words` has lines with different words, so that few are found without a scan, and `mine` is the stage
// of the pipeline. Rounds alternate, and the best of each counts: other load only makes a round slower.
const total = 1_000_000
const chunk = 200_000
const rounds = 5

const timed = (work: () => void) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

const source = mixedLines(chunk)
const bytes = Buffer.from(source.join('\n'))
// Slices of one large string, as from a reader.
const lines = bytes.toString('utf8').split('\n')
const letters = (value: number) =>
  value.toString(26).replace(/\d/g, (digit) => String.fromCharCode(113 + Number(digit)))
const words = source.map((line, i) => line.replace(/user\d+/, letters(i * 7919)))
const events = lines.map(
  (message, number): Event => ({
    id: `0-${number}`,
    kind: 'event',
    time: number,
    timeGuessed: false,
    receivedAt: number,
    source: 'bench',
    stream: 'bench',
    message,
    original: message,
    fields: { 'service.name': `s${message.length % 8}` },
  }),
)
const works = {
  split: () => void bytes.toString('utf8').split('\n'),
  first: () => {
    const drain = createDrain()
    for (const line of lines) drain.learn(line)
  },
  known: () => {
    for (const line of lines) known.learn(line)
  },
  parameters: () => {
    for (const line of lines) known.parameters(known.learn(line), line)
  },
  words: () => {
    const drain = createDrain()
    for (const line of words) drain.learn(line)
  },
  mine: () => {
    const miner = createMiner()
    for (let at = 0; at < chunk; at += 4096) miner.mine(events.slice(at, at + 4096))
  },
}
const known = createDrain()
const best = new Map(Object.keys(works).map((what) => [what, Number.POSITIVE_INFINITY]))
for (let round = 0; round < rounds; round++) {
  for (const [what, work] of Object.entries(works)) best.set(what, Math.min(best.get(what) ?? 0, timed(work)))
}
const split = best.get('split') ?? 0
for (const [what, seconds] of best) {
  const share_of_utf8_split = Number((split / seconds).toFixed(3))
  console.log(
    JSON.stringify({ bench: 'templates', what, lines_per_second: Math.round(chunk / seconds), share_of_utf8_split }),
  )
}

/** The heap growth of learning a million lines, without the lines themselves. */
const growth = (() => {
  const drain = createDrain()
  const before = process.memoryUsage().rss
  for (let at = 0; at < total; at += chunk) for (const line of lines) drain.learn(line)
  return { drain, rss: Math.round((process.memoryUsage().rss - before) / 2 ** 20) }
})()
console.log(
  JSON.stringify({
    bench: 'templates',
    what: 'memory',
    lines: total,
    templates: growth.drain.size,
    state_bytes: growth.drain.save().length,
    rss_growth_mb: growth.rss,
  }),
)
