import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createEngine, flattenEvent, readDocuments, readTaxonomy, type SigmaDocument } from '../src/lib/sigma/sigma.ts'
import { median } from './median.ts'
import { someRules, someWindowsEvents } from './sigma-rules.ts'

// Events per second on one core through all rules, from the JSON text to the matches, against parsing that JSON. The
// rules are generated, so that anyone can repeat it. With RULES=folder EVENTS=file.jsonl, it also runs SigmaHQ rules on real
// events. `share_of_fewest` is the remaining share with more rules.
const rounds = 5
const eventCount = 20_000
const sizes = [300, 3_000, 10_000]

const timed = (work: () => void) => {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}
const root = resolve(import.meta.dirname, '..')
const windows = join(root, 'rules/taxonomy/windows.yml')
const taxonomy = readTaxonomy(readFileSync(windows, 'utf8'), windows)

const measure = (what: string, texts: readonly string[], lines: readonly string[]): number => {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let documents: SigmaDocument[] = []
  const read = timed(() => {
    documents = texts.flatMap((text, number) => readDocuments(text, `rule-${number}`).documents)
  })
  let engine = createEngine([], { taxonomy })
  const build = timed(() => {
    engine = createEngine(documents, { taxonomy })
  })
  const rss = process.memoryUsage().rss
  let matches = 0
  const pass = () => {
    for (const [number, line] of lines.entries()) {
      matches += engine.match({ id: String(number), time: number, fields: flattenEvent(JSON.parse(line)) }).length
    }
  }
  pass()
  matches = 0
  const parse = Array.from({ length: rounds }, () => timed(() => lines.forEach((line) => void JSON.parse(line))))
  const run = Array.from({ length: rounds }, () => timed(pass))
  const share = median(parse) / median(run)
  console.log(
    JSON.stringify({
      bench: 'sigma',
      what,
      rules: engine.active.length,
      events_per_second: Math.round(lines.length / median(run)),
      share_of_json_parse: Number(share.toFixed(3)),
      rules_tried_per_event: Number((engine.counts.tried / engine.counts.events).toFixed(2)),
      matches_per_1000_events: Math.round((matches / rounds / lines.length) * 1000),
      load_seconds: Number((read + build).toFixed(2)),
      memory_mb: Math.round((rss - before) / 2 ** 20),
      process_mb: Math.round(rss / 2 ** 20),
    }),
  )
  return share
}

const lines = someWindowsEvents(eventCount)
const shares = sizes.map((size) => measure(`${size} rules`, someRules(size), lines))
console.log(
  JSON.stringify({
    bench: 'sigma',
    what: 'with more rules',
    share_of_fewest: shares.map((share) => Number((share / (shares[0] ?? share)).toFixed(2))),
  }),
)

const { RULES: folder, EVENTS: file } = process.env
if (folder && file && existsSync(folder) && existsSync(file)) {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yml'))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
  const real = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.stringify(JSON.parse(line).event))
  measure(`rules of ${folder}`, texts, real)
}
