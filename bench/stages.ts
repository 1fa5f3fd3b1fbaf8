import { getHeapStatistics } from 'node:v8'
import { loadConfig } from '../src/config.ts'
import { createBareContext } from '../src/context/context.ts'
import { createRules } from '../src/operations/rules/rule-folders.ts'
import { chunkRecords } from '../src/pipeline/cut-records.ts'
import { detectorRegistry } from '../src/pipeline/detect/registry.ts'
import { forgetLatest } from '../src/pipeline/detect/shared/evidence.ts'
import { createEnrich } from '../src/pipeline/enrich/enrich.ts'
import { createEnrichers } from '../src/pipeline/enrich/registry.ts'
import { createMiner } from '../src/pipeline/mine/mine.ts'
import { createNormalizer } from '../src/pipeline/normalize/normalize.ts'
import { createPacking } from '../src/store/events/event-packing.ts'
import '../src/v8-flags.ts'
import { type CorpusName, corpusLines, corpusNames } from './corpora.ts'
import { readBenchOptions } from './options.ts'

// Measures the stages of the records and each detector in one thread: CPU time and allocated bytes per line. Only the second half of
// the lines is measured, when the code is compiled. `node bench/stages.ts json` measures one corpus.
const options = readBenchOptions()
const total = options.number('lines', 100_000)
const named = corpusNames.filter((name) => options.names.includes(name))
const body = 4_096

const log = { debug() {}, info() {}, warn: console.error, error: console.error }
const { config } = loadConfig({ flags: {}, env: {}, cwd: import.meta.dirname })
const rules = createRules({ config, settings: async () => [], log })
await rules.refresh()

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

const createCosts = () => {
  const costs = new Map<string, { ms: number; bytes: number }>()
  return {
    costs,
    measure<Result>(name: string, work: () => Result): Result {
      const [ms, bytes] = [cpuMs(), getHeapStatistics().total_allocated_bytes]
      const result = work()
      const cost = costs.get(name) ?? { ms: 0, bytes: 0 }
      costs.set(name, cost)
      cost.ms += cpuMs() - ms
      cost.bytes += getHeapStatistics().total_allocated_bytes - bytes
      return result
    },
  }
}

const measureCorpus = async (corpus: CorpusName) => {
  const context = createBareContext(config, log)
  const normalizer = createNormalizer()
  const miner = createMiner()
  const enrich = createEnrich(createEnrichers(context))
  const registry = detectorRegistry(rules.book, undefined, [], undefined)
  const runtime = { now: Date.now, fetch, log, signal: new AbortController().signal }
  const detectors = config.detectors.map(({ type, ...rest }) => registry.create(type, rest, runtime))
  const lines = [...corpusLines(corpus, total, 1)]
  const { costs, measure } = createCosts()
  let first = 0
  for (let i = 0; i < lines.length; i += body) {
    if (i >= total / 2 && i - body < total / 2) costs.clear()
    const packing = createPacking()
    for (const [source, some] of Map.groupBy(lines.slice(i, i + body), (line) => line.source)) {
      for (let from = 0; from < some.length; from += chunkRecords) {
        const texts = some.slice(from, from + chunkRecords).map(({ text }) => text)
        const batch = { partition: 0, first, source, receivedAt: Date.now(), texts }
        first += texts.length
        const normalized = measure('normalize', () => normalizer.normalize(batch))
        const mined = measure('mine', () => miner.mine(normalized))
        const events = measure('enrich', () => enrich(mined))
        measure('pack', () => packing.add(events))
        for (const detector of detectors) {
          measure(`detect: ${detector.name}`, () => detector.detect(events))
          detector.takeFacts?.()
        }
        forgetLatest()
        measure('login history', () => context.history.learn(events))
      }
    }
    await measure('pack: finish', () => packing.finish())
  }
  return costs
}

for (const corpus of named.length > 0 ? named : corpusNames) {
  const costs = await measureCorpus(corpus)
  const lines = total - Math.ceil(total / 2 / body) * body
  const rows = [...costs].map(([stage, { ms, bytes }]) => ({
    stage,
    us_per_line: Number(((ms * 1_000) / lines).toFixed(2)),
    bytes_per_line: Math.round(bytes / lines),
  }))
  rows.sort((a, b) => b.us_per_line - a.us_per_line)
  const us_per_line = Number(rows.reduce((sum, row) => sum + row.us_per_line, 0).toFixed(2))
  if (options.json) console.log(JSON.stringify({ bench: 'stages', corpus, lines, us_per_line, stages: rows }))
  else {
    console.log(`${corpus}: ${us_per_line} µs a line`)
    for (const row of rows) {
      console.log(
        `${row.us_per_line.toFixed(2).padStart(9)} µs ${String(row.bytes_per_line).padStart(7)} B  ${row.stage}`,
      )
    }
  }
}
