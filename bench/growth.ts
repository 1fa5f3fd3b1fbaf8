import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type App, startApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { eventFilter } from '../src/operations/filter.ts'
import { createNormalizer } from '../src/pipeline/normalize/normalize.ts'
import { openStore } from '../src/store/open-store.ts'
import '../src/v8-flags.ts'
import { type CorpusLine, corpusLines } from './corpora.ts'
import { seedAlerts } from './many-alerts.ts'
import { median } from './median.ts'
import { readBenchOptions } from './options.ts'
import { someRules, someWindowsEvents } from './sigma-rules.ts'
import { startStopwatch } from './stopwatch.ts'

// How the cost of one unit of work and the peak memory grow with what an installation has: distinct templates, addresses and sources, rules,
// alerts, live streams and stored events. Each size runs in a process of its own, with the pipeline in the measured thread. `growth` is
// the exponent between the smallest and the largest size: 0 means that the unit costs the same, 1 that it costs as many times more.
const options = readBenchOptions()
/** The lines that are measured, after as many lines that warm up. */
const measured = options.number('lines', 20_000)
const batchSize = 2_048
const token = 'vdt_bench_0123456789abcdef0123456789abcdef'
const end = Date.UTC(2026, 10, 20, 12)

interface Setting {
  readonly folder: string
  readonly size: number
}

interface Dimension {
  readonly sizes: readonly number[]
  readonly unit: 'line' | 'search'
  /** Fills the database in a process of its own, whose memory does not count. */
  readonly prepare?: (setting: Setting) => Promise<void>
  /** Measures the CPU time of one unit, in µs. */
  readonly measure: (setting: Setting) => Promise<number>
}

const point = z.object({ cpu: z.number(), peak: z.number() })

const start = async ({ folder }: Setting, env: Readonly<Record<string, string>> = {}, streams = 20): Promise<App> => {
  const { config, origins } = loadConfig({
    flags: {},
    env: {
      ...{ VEDETTE_DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'error', VEDETTE_SAMPLES: 'off', VEDETTE_WORKERS: '0' },
      ...{ VEDETTE_ADMIN_TOKEN: token },
      ...env,
    },
    cwd: folder,
  })
  const { server, ...rest } = config
  const app = await startApp({
    config: { ...rest, server: { ...server, live_streams: { total: streams, per_caller: streams, reserved: 0 } } },
    ...{ origins, print: () => {}, signal: new AbortController().signal },
  })
  if (!app) throw new Error('The start was interrupted.')
  return app
}

const send = async ({ deps: { intake, queue } }: App, lines: readonly CorpusLine[]): Promise<void> => {
  for (let i = 0; i < lines.length; i += batchSize) {
    const receivedAt = Date.now()
    await intake.accept(lines.slice(i, i + batchSize).map((line) => ({ ...line, receivedAt })))
  }
  await queue.idle()
}

/** Measures lines after at least as many others: all values of a dimension have occurred by then. */
const costOfLines = async (app: App, line: (index: number) => CorpusLine, size: number): Promise<number> => {
  const before = Math.max(measured, size)
  const make = (from: number, count: number) => Array.from({ length: count }, (_, index) => line(from + index))
  await send(app, make(0, before))
  const lines = make(before, measured)
  const read = startStopwatch()
  await send(app, lines)
  const { cpu } = read()
  await app.stop()
  return (cpu / measured) * 1e6
}

const log = { debug() {}, info() {}, warn: console.error, error: console.error }
const openIn = (folder: string) => openStore(`sqlite:${join(folder, 'vedette.db')}`, { now: Date.now, log })

const timeOf = (index: number): string => new Date(end - 10_000_000 + index * 50).toISOString()
/** Spreads an index over all values of a dimension. */
const spread = (index: number, size: number): number => (Math.imul(index, 0x9e3779b1) % size) >>> 0

const letters = (number: number): string =>
  number
    .toString(26)
    .replace(/[0-9a-p]/g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
    .padStart(4, 'k')

const sshd = (count: number): ((index: number) => CorpusLine) => {
  const lines = [...corpusLines('sshd', 2 * count, 1)]
  return (index) => lines[index % lines.length] ?? { source: '', text: '' }
}

const dimensions: Readonly<Record<string, Dimension>> = {
  templates: {
    sizes: [100, 1_000, 10_000],
    unit: 'line',
    measure: async (setting) =>
      costOfLines(
        await start(setting),
        (index) => {
          const name = letters(spread(index, setting.size))
          return { source: 'app', text: `${timeOf(index)} web-1 app[9]: ${name} task ${index} of ${name}s has ended` }
        },
        setting.size,
      ),
  },
  addresses: {
    sizes: [100, 1_000, 10_000, 100_000],
    unit: 'line',
    measure: async (setting) =>
      costOfLines(
        await start(setting),
        (index) => {
          const rank = spread(index, setting.size)
          const address = `${11 + (rank >>> 16)}.${(rank >>> 8) & 255}.${rank & 255}.7`
          const text = `${timeOf(index)} web-1 sshd[${index % 30_000}]: Failed password for root from ${address} port 4711 ssh2`
          return { source: 'auth', text }
        },
        setting.size,
      ),
  },
  sources: {
    sizes: [10, 100, 1_000],
    unit: 'line',
    measure: async (setting) =>
      costOfLines(
        await start(setting),
        (index) => ({
          source: `source-${spread(index, setting.size)}`,
          text: `${timeOf(index)} web-1 app[9]: request ${index} took ${index % 90} ms`,
        }),
        setting.size,
      ),
  },
  rules: {
    sizes: [300, 1_000, 3_000],
    unit: 'line',
    measure: async (setting) => {
      const rules = join(setting.folder, 'more-rules')
      mkdirSync(rules)
      for (const [number, text] of someRules(setting.size).entries()) writeFileSync(join(rules, `${number}.yml`), text)
      const file = join(setting.folder, 'vedette.yaml')
      writeFileSync(file, JSON.stringify({ rules: { paths: [rules], min_status: 'unsupported' } }))
      const lines = someWindowsEvents(2 * measured)
      const app = await start(setting, { VEDETTE_CONFIG: file })
      return costOfLines(app, (index) => ({ source: 'windows', text: lines[index] ?? '' }), 0)
    },
  },
  alerts: {
    sizes: [1_000, 10_000, 100_000],
    unit: 'line',
    prepare: ({ folder, size }) => seedAlerts(folder, size, end),
    measure: async (setting) => costOfLines(await start(setting), sshd(measured), 0),
  },
  'live streams': {
    sizes: [1, 15, 150],
    unit: 'line',
    measure: async (setting) => {
      const app = await start(setting, {}, 2 * setting.size)
      const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
      await Promise.all(
        Array.from(
          { length: setting.size },
          () =>
            new Promise<void>((resolve, reject) => {
              get(`${app.address}/api/v1/stream`, { headers }, (answer) => {
                answer.resume().on('error', () => {})
                if (answer.statusCode === 200) resolve()
                else reject(new Error(`A live stream was refused: ${answer.statusCode}.`))
              }).on('error', () => {})
            }),
        ),
      )
      return costOfLines(app, sshd(measured), 0)
    },
  },
  'stored events': {
    sizes: [40_000, 200_000, 1_000_000],
    unit: 'search',
    async prepare({ folder, size }) {
      const store = await openIn(folder)
      const normalizer = createNormalizer()
      let texts: string[] = []
      let first = 0
      for (const { text } of corpusLines('access', size, 1)) {
        texts.push(first + texts.length === 1_000 ? text.replace(/\d+\.\d+\.\d+\.\d+/, '203.0.113.77') : text)
        if (texts.length < 4_096 && first + texts.length < size) continue
        const events = normalizer.normalize({ partition: 0, first, source: 'access', receivedAt: end, texts })
        await store.transaction((tx) => store.events.save(events, tx))
        first += texts.length
        texts = []
      }
      await store.close()
    },
    async measure({ folder }) {
      const store = await openIn(folder)
      const costs: number[] = []
      for (let round = 0; round < 6; round += 1) {
        const read = startStopwatch()
        const { items } = await store.events.search({ limit: 50, ...eventFilter('203.0.113.77', 0) })
        costs.push(read().cpu * 1e6)
        if (items.length !== 1) throw new Error(`The search found ${items.length} events instead of 1.`)
      }
      await store.close()
      return median(costs.slice(1))
    },
  },
}

const inAnotherProcess = (part: 'prepare' | 'measure', name: string, { folder, size }: Setting): string =>
  execFileSync(
    process.execPath,
    [import.meta.filename, '--lines', String(measured), 'growth', part, name, String(size), folder],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )

const pointOf = (name: string, { prepare }: Dimension, size: number): z.infer<typeof point> => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  try {
    if (prepare) inAnotherProcess('prepare', name, { folder, size })
    return point.parse(JSON.parse(inAnotherProcess('measure', name, { folder, size })))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const report = (name: string, dimension: Dimension): void => {
  const { sizes, unit } = dimension
  const points = sizes.map((size) => ({ size, ...pointOf(name, dimension, size) }))
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return
  const exponent = (of: 'cpu' | 'peak') =>
    Number((Math.log(last[of] / first[of]) / Math.log(last.size / first.size)).toFixed(2))
  const growth = { cpu: exponent('cpu'), memory: exponent('peak') }
  if (options.json) console.log(JSON.stringify({ bench: 'growth', of: name, unit, points, growth }))
  else {
    const cells = points.map(
      ({ size, cpu, peak }) => `${size}: ${Math.round(cpu)} µs, ${Math.round(peak / 2 ** 20)} MB`,
    )
    console.log(
      `${name.padEnd(14)} per ${unit.padEnd(7)} ${cells.join('  ')}  growth ${growth.cpu}, memory ${growth.memory}`,
    )
  }
}

const [, part, name = '', size, folder = ''] = options.names
const chosen = dimensions[name]
if (!chosen) for (const [of, dimension] of Object.entries(dimensions)) report(of, dimension)
else {
  const setting = { folder, size: Number(size) }
  if (part === 'prepare') await chosen.prepare?.(setting)
  else {
    const cpu = await chosen.measure(setting)
    console.log(JSON.stringify({ cpu, peak: process.resourceUsage().maxRSS * 1024 }))
  }
  // Clients of live streams would wait for more.
  process.exit()
}
