import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { createHistory } from '../src/pipeline/triage/history.ts'
import { someAlert } from '../src/pipeline/triage/triager.conformance.ts'

// Alerts of other systems over HTTP, 5,500 a minute, all different, through the whole pipeline: stored durably, normalized, enriched,
// promoted, put into context, compared with earlier ones, scored, grouped, with proposed actions. Latency is from the
// response of the server until the triage result is readable. Without a language model.
const perMinute = Number(process.env.ALERTS_PER_MINUTE ?? 5_500)
const minutes = Number(process.env.MINUTES ?? 1)
const perBatch = 40
const mark = { perMinute: 5_000, p95: 2_000 }

const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
const adminToken = 'vdt_bench_0123456789abcdef0123456789abcdef'
const { config, origins } = loadConfig({
  flags: {},
  env: {
    VEDETTE_DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'error',
    VEDETTE_ADMIN_TOKEN: adminToken,
    VEDETTE_SAMPLES: 'off',
  },
  cwd: folder,
})
const app = await startApp({ config, origins, print: () => {}, signal: new AbortController().signal })
if (!app) throw new Error('The start was interrupted.')

const types = [
  'malware',
  'phishing',
  'brute_force',
  'ddos',
  'data_exfiltration',
  'unauthorized_access',
  'anomaly',
  'other',
]
const severities = ['critical', 'high', 'medium', 'low', 'info']
const pick = (values: readonly string[], number: number): string => values[number % values.length] ?? ''
const hex = (number: number): string => number.toString(16).padStart(64, '0')

const alertOf = (number: number) => ({
  alert_id: `bench-${number}`,
  timestamp: new Date().toISOString(),
  alert_type: pick(types, number),
  severity: pick(severities, number * 7),
  description: `Bench alert ${number} about host ${number % 400}`,
  source_ip: `198.51.${Math.floor(number / 250) % 250}.${number % 250}`,
  target_ip: `10.0.${number % 7}.${number % 200}`,
  asset_id: `HOST-${number % 400}`,
  user_id: `user-${number % 900}`,
  file_hash: hex(number % 1_200),
})

const acceptedAt = new Map<string, number>()
const latencies: number[] = []
let sending = true

const watch = async (): Promise<void> => {
  while (sending || acceptedAt.size > 0) {
    const time = performance.now()
    for (const { title, sentence, triage } of await app.deps.store.alerts.recent()) {
      const number = /Bench alert (\d+)/.exec(`${title} ${sentence}`)?.[1]
      const accepted = triage && number !== undefined ? acceptedAt.get(number) : undefined
      if (number === undefined || accepted === undefined) continue
      latencies.push(time - accepted)
      acceptedAt.delete(number)
    }
    if (!sending && performance.now() - ended > 60_000) return
    await sleep(50)
  }
}

let ended = Number.POSITIVE_INFINITY
const watching = watch()
const total = Math.round(perMinute * minutes)
const cpu = process.cpuUsage()
const started = performance.now()
for (let first = 0; first < total; first += perBatch) {
  const due = started + (first / perMinute) * 60_000
  await sleep(Math.max(0, due - performance.now()))
  const numbers = Array.from({ length: Math.min(perBatch, total - first) }, (_, i) => first + i)
  const answer = await fetch(`${app.address}/api/v1/alerts/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
    body: JSON.stringify({ alerts: numbers.map(alertOf) }),
  })
  if (answer.status !== 200) throw new Error(`The server answered ${answer.status}: ${await answer.text()}`)
  await answer.body?.cancel()
  const now = performance.now()
  for (const number of numbers) acceptedAt.set(String(number), now)
}
sending = false
ended = performance.now()
await watching
const took = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(cpu)
const { stages } = await app.deps.health()
await app.stop()
rmSync(folder, { recursive: true, force: true })

const sorted = [...latencies].sort((a, b) => a - b)
const percentile = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
const rate = Math.round((latencies.length / took) * 60)
console.log(
  JSON.stringify({
    bench: 'triage',
    sent: total,
    triaged: latencies.length,
    alerts_per_minute: rate,
    p50_ms: percentile(0.5),
    p95_ms: percentile(0.95),
    max_ms: Math.round(sorted.at(-1) ?? 0),
    rate_to_mark: Number((rate / mark.perMinute).toFixed(2)),
    p95_to_mark: Number((percentile(0.95) / mark.p95).toFixed(2)),
    cpu_seconds: Number(((user + system) / 1e6).toFixed(2)),
    cpu_ms_per_alert: Number(((user + system) / 1e3 / total).toFixed(2)),
    where_the_time_goes: Object.fromEntries(
      stages.filter(({ seconds }) => seconds > 0.01).map(({ name, seconds }) => [name, Number(seconds.toFixed(2))]),
    ),
  }),
)

// A query for similar alerts among 100,000; the target is 5 ms.
const many = 100_000
const at = (number: number) => new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString()
const earlier = (number: number) =>
  someAlert({
    id: `a${number}`,
    type: number % 3 === 0 ? 'anomaly' : 'brute_force',
    title: `${number} failed logins from 10.1.${number % 250}.${number % 199}`,
    detectors: [`detector-${number % 6}`],
    techniques: [`T1${number % 40}`],
    source: `source-${number % 12}`,
    entities: [
      { type: 'ip', value: `10.1.${number % 250}.${number % 199}` },
      { type: 'host', value: `host-${number % 700}` },
      { type: 'user', value: `user-${number % 3_000}` },
      { type: 'service', value: `service-${number % 20}` },
    ],
    first_seen: at(number),
  })
const heads = Array.from({ length: many }, (_, number) => earlier(number))
const history = createHistory(async () => heads)
await history.of(earlier(many))
const before = process.cpuUsage()
const questions = 200
for (let i = 0; i < questions; i++) await history.of(earlier(many + i))
const spent = process.cpuUsage(before)
const perQuestion = (spent.user + spent.system) / 1e3 / questions
console.log(
  JSON.stringify({
    bench: 'triage/history',
    alerts: many,
    cpu_ms_per_question: Number(perQuestion.toFixed(2)),
    to_mark: Number((perQuestion / 5).toFixed(2)),
  }),
)
