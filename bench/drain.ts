import { createDrain } from '../src/lib/drain/drain.ts'
import { createMiner } from '../src/pipeline/mine/mine.ts'
import type { Event } from '../src/schema/event.ts'
import { mixedLines } from './mixed-lines.ts'

// Lines a second through the template miner, against the raw limit of splitting the same bytes into strings. 1 would mean that finding
// templates costs nothing over reading the lines. The second pass knows every template; the third reads parameters too.
const total = 300_000
const rounds = 3

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
const timed = (work: () => void) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

const lines = mixedLines(total)
const bytes = Buffer.from(lines.join('\n'))
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
const took = {
  split: [] as number[],
  first: [] as number[],
  known: [] as number[],
  parameters: [] as number[],
  mine: [] as number[],
}
const before = process.memoryUsage().rss
let drain = createDrain()
for (let round = 0; round < rounds; round++) {
  took.split.push(timed(() => bytes.toString('utf8').split('\n')))
  drain = createDrain()
  took.first.push(timed(() => lines.forEach((line) => void drain.learn(line))))
  took.known.push(timed(() => lines.forEach((line) => void drain.learn(line))))
  took.parameters.push(timed(() => lines.forEach((line) => void drain.parameters(drain.learn(line), line))))
  const miner = createMiner()
  took.mine.push(
    timed(() => {
      for (let at = 0; at < total; at += 4096) miner.mine(events.slice(at, at + 4096))
    }),
  )
}

const perSecond = (seconds: readonly number[]) => Math.round(total / median(seconds))
const share = (seconds: readonly number[]) => Number((median(took.split) / median(seconds)).toFixed(3))
for (const [what, seconds] of Object.entries(took)) {
  console.log(
    JSON.stringify({ bench: 'drain', what, lines_per_second: perSecond(seconds), share_of_utf8_split: share(seconds) }),
  )
}
console.log(
  JSON.stringify({
    bench: 'drain',
    what: 'memory',
    templates: drain.size,
    state_bytes: drain.save().length,
    rss_growth_mb: Math.round((process.memoryUsage().rss - before) / 2 ** 20),
  }),
)
