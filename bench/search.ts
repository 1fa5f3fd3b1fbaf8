import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createRandom } from '../src/lib/random/random.ts'
import { eventFilter } from '../src/operations/filter.ts'
import { createNormalizer } from '../src/pipeline/normalize/normalize.ts'
import { blockMayContain } from '../src/store/events/block-filter.ts'
import { type OpenStore, openStore } from '../src/store/open-store.ts'
import '../src/v8-flags.ts'
import { corpusLines } from './corpora.ts'
import { median } from './median.ts'
import { readBenchOptions } from './options.ts'
import { startStopwatch } from './stopwatch.ts'

// Searches stored events for what is rare, absent or frequent. Prints CPU time per search, with `first` on a store that was just
// opened and `later` as the median of the following searches; grep over a file of the same lines is the anchor.
const options = readBenchOptions()
const total = options.number('lines', 400_000)
const rounds = options.number('rounds', 5)
const seed = options.number('seed', 1)
const blockSize = 4_096

const rareAddress = '203.0.113.77'
const shortAddress = '9.8.7.6'
const rareWord = 'quetzal'

const searches = [
  ['rare address', rareAddress],
  ['rare address, by field', `source.ip:${rareAddress}`],
  ['rare short address', shortAddress],
  ['rare word', rareWord],
  ['absent address', '198.51.100.23'],
  ['absent short address', '8.9.7.5'],
  ['absent word', 'xylophone'],
  ['absent trace id', '5f0c9e7d1b3a48269d0e7c6b5a493827'],
  ['frequent word', 'shop'],
] as const

/** Puts the rare values into a few lines, far from each other. */
const plant = (text: string, index: number): string => {
  const place = index % Math.ceil(total / 3)
  if (place === 1_000) return text.replace(/\d+\.\d+\.\d+\.\d+/, rareAddress)
  if (place === 2_000) return text.replace(/\d+\.\d+\.\d+\.\d+/, shortAddress)
  return place === 3_000 ? `${text.replace('shop', rareWord)} ${rareWord}` : text
}

const log = { debug() {}, info() {}, warn: console.error, error: console.error }
const open = (folder: string): Promise<OpenStore> =>
  openStore(`sqlite:${join(folder, 'vedette.db')}`, { now: Date.now, log })

/** Stores the lines of a corpus as full blocks, and writes them to a file. */
const fill = async (folder: string, corpus: 'access' | 'json'): Promise<void> => {
  const store = await open(folder)
  const file = createWriteStream(join(folder, 'lines.log'))
  const normalizer = createNormalizer()
  let texts: string[] = []
  let first = 0
  const save = async (): Promise<void> => {
    const events = normalizer.normalize({ partition: 0, first, source: corpus, receivedAt: Date.now(), texts })
    first += texts.length
    file.write(`${texts.join('\n')}\n`)
    texts = []
    await store.transaction((tx) => store.events.save(events, tx))
  }
  for (const { text } of corpusLines(corpus, total, seed)) {
    texts.push(plant(text, first + texts.length))
    if (texts.length === blockSize) await save()
  }
  if (texts.length > 0) await save()
  file.end()
  await finished(file)
  await store.close()
}

/** Measures the filters: their size, and how many blocks they pass for random values that no line contains, in percent. */
const measureFilters = async (folder: string) => {
  const store = await open(folder)
  const filters = await store.connections.read.selectFrom('event_blocks').select('filter').limit(100).execute()
  await store.close()
  const random = createRandom(seed + 1)
  const digits = (count: number, base: number): string =>
    Array.from({ length: count }, () => random.below(base).toString(base)).join('')
  const passed = (create: () => string): number => {
    const words = Array.from({ length: 200 }, create)
    const sum = filters.reduce(
      (all, { filter }) => all + words.filter((word) => blockMayContain(filter, [word])).length,
      0,
    )
    return Number(((100 * sum) / (filters.length * words.length)).toFixed(2))
  }
  return {
    kilobytes: Number((filters.reduce((sum, { filter }) => sum + filter.length, 0) / filters.length / 1024).toFixed(1)),
    // Addresses that the corpora do not generate: their first number is 224 or higher, or a digit that is followed by three digits.
    addresses: passed(
      () =>
        `${224 + random.below(30)}.${100 + random.below(150)}.${100 + random.below(150)}.${100 + random.below(150)}`,
    ),
    short_addresses: passed(() => `${random.below(10)}.${random.below(10)}.${random.below(10)}.${random.below(10)}`),
    trace_ids: passed(() => digits(32, 16)),
    words: passed(() => `${digits(8, 36).replace(/[0-9]/g, 'q')}`),
  }
}

const milliseconds = (seconds: number): number => Number((seconds * 1000).toFixed(1))

const measure = async (folder: string, q: string) => {
  const store = await open(folder)
  const times: { readonly seconds: number; readonly cpu: number }[] = []
  let found = 0
  for (let round = 0; round <= rounds; round += 1) {
    const read = startStopwatch()
    found = (await store.events.search({ limit: 50, ...eventFilter(q, 0) })).items.length
    times.push(read())
  }
  await store.close()
  const [first, ...later] = times.map(({ cpu }) => milliseconds(cpu))
  return { found, first_cpu_ms: first ?? Number.NaN, later_cpu_ms: median(later) }
}

/** The CPU time of grep, in ms. It writes to a pipe, because it stops at the first match if nobody reads the count. */
const grep = (folder: string, word: string): number => {
  const script = 'TIMEFORMAT="%U %S"; { time grep -F -c -- "$1" "$2" | cat >/dev/null; } 2>&1'
  const output = execFileSync('bash', ['-c', script, 'bash', word, join(folder, 'lines.log')], { encoding: 'utf8' })
  const [user = '', system = ''] = output.trim().split(/\s+/)
  return milliseconds(Number(user) + Number(system))
}

for (const corpus of ['access', 'json'] as const) {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  try {
    await fill(folder, corpus)
    const anchor = grep(folder, rareAddress)
    const filters = await measureFilters(folder)
    if (options.json) console.log(JSON.stringify({ bench: 'search', corpus, events: total, filters }))
    else {
      console.log(`${corpus}, ${total} events; grep: ${anchor} ms of CPU`)
      console.log(
        `  filter ${filters.kilobytes} KB; passes ${filters.addresses} % of the blocks for an absent address, ${filters.short_addresses} % for a short one, ${filters.trace_ids} % for a trace id, ${filters.words} % for a word`,
      )
    }
    for (const [name, q] of searches) {
      const measured = await measure(folder, q)
      if (options.json) {
        console.log(
          JSON.stringify({ bench: 'search', corpus, events: total, name, q, ...measured, grep_cpu_ms: anchor }),
        )
      } else {
        const { found, first_cpu_ms: first, later_cpu_ms: later } = measured
        console.log(
          `  ${name.padEnd(24)}${String(found).padStart(4)} found ${String(first).padStart(9)} ms first ${String(later).padStart(9)} ms later`,
        )
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
