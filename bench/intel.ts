import { IndicatorIndex } from '../src/lib/indicators/indicator-index.ts'
import type { Observable } from '../src/lib/observables/observables.ts'
import { mixedLines } from './mixed-lines.ts'

// A million indicators in memory: their size, the time of a lookup, and the cost of matching per log line, each against a Map
// of strings in the same run, the naive implementation. A third each of addresses, names and hashes, plus ranges.
const total = Number(process.env.INDICATORS ?? 1_000_000)
const lookups = 1_000_000
const lines = mixedLines(100_000)
const now = Date.UTC(2026, 10, 20)

const hex = (i: number) => Math.imul(i, 0x9e3779b1) >>> 0
const nth = (i: number): Observable => {
  const a = hex(i)
  if (i % 100 === 0)
    return { type: 'ip', value: `${11 + ((a >>> 24) % 200)}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.0/24` }
  if (i % 3 === 0)
    return { type: 'ip', value: `${11 + ((a >>> 24) % 200)}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.${a & 255}` }
  if (i % 3 === 1) return { type: 'domain', value: `${a.toString(36)}.host${i % 5003}.example.com` }
  return {
    type: 'hash',
    value: [1, 3, 5, 7, 11, 13, 17, 19]
      .map((n) =>
        hex(i * n)
          .toString(16)
          .padStart(8, '0'),
      )
      .join(''),
  }
}
const used = () => {
  global.gc?.()
  global.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
const seconds = (work: () => void) => {
  // CPU time, not wall time: the machine may be busy.
  const started = process.cpuUsage()
  work()
  return process.cpuUsage(started).user / 1e6
}
const rounded = (value: number) => Number(value.toPrecision(3))

const before = used()
const index = new IndicatorIndex()
const filled = seconds(() => {
  for (let i = 0; i < total; i++) {
    index.set(nth(i), {
      level: 2 + (i % 3),
      confidence: 0.8,
      sources: [`feed ${i % 7}`],
      note: `family ${i % 900}`,
    })
  }
  index.settle(now)
})
const bytes = used() - before

const asked = Array.from({ length: lookups }, (_, i) => nth(i % 2 === 0 ? (i * 7) % total : total + i))
const map = new Map(Array.from({ length: total }, (_, i) => [nth(i).value, i]))
let hits = 0
const look = () => {
  for (const one of asked) if (index.find(one, now)) hits++
}
const lookMap = () => {
  for (const { value } of asked) if (map.has(value)) hits++
}
look()
lookMap()
const took = seconds(look)
const tookMap = seconds(lookMap)

const scan = (one: IndicatorIndex) => {
  for (const line of lines) hits += one.scan(line, now).length
}
const small = new IndicatorIndex()
for (let i = 0; i < 1000; i++) small.set(nth(i), { level: 2, confidence: 0.8, sources: ['feed'], note: '' })
small.settle(now)
for (const one of [index, small]) scan(one)
const scanned = seconds(() => scan(index))
const scannedSmall = seconds(() => scan(small))

console.log(
  JSON.stringify({
    bench: 'intel',
    indicators: index.size,
    megabytes: Math.round(bytes / 2 ** 20),
    filled_seconds: rounded(filled),
    lookup_us: rounded((took / lookups) * 1e6),
    times_map: rounded(took / tookMap),
    scan_us_per_line: rounded((scanned / lines.length) * 1e6),
    scan_us_per_line_thousand: rounded((scannedSmall / lines.length) * 1e6),
    hits,
  }),
)
