import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCorrelate } from '../src/pipeline/correlate/correlate.ts'
import type { Alert } from '../src/schema/alert/alert.ts'
import { openStore } from '../src/store/open-store.ts'
import { manyAlerts } from './many-alerts.ts'
import { median } from './median.ts'
import { readBenchOptions } from './options.ts'

// Correlation of recurring findings with ever more open incidents of the last week, in a database file. `again`: a finding of three days ago
// occurs again. `grows`: an alert that began six days ago grows. `new`: a finding that nobody has seen. Medians of the wall time of one
// delivery, in ms. Nearly all incidents of six days are more than a day older than the findings; those of half a day all have to be compared.
const options = readBenchOptions()
const rounds = options.number('rounds', 15)
const cases = [
  { days: 6, sizes: [100, 1_000, 3_000, 10_000] },
  { days: 0.5, sizes: [100, 1_000, 3_000] },
]
const hour = 3_600_000
const day = 24 * hour
const now = Date.UTC(2026, 10, 20, 12)
const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

/** An alert of a rule about operations, with the evidence and entities of ordinary alerts. */
const makeFinding = (sample: Alert, name: string, from: number, to: number): Alert => ({
  ...sample,
  id: name,
  dedup_key: `sigma disk ${name.split(' ')[0]}`,
  status: 'triaged',
  type: 'other',
  severity: 'high',
  detectors: ['sigma'],
  stream: `syslog/host-${name.split(' ')[0]}/kernel`,
  entities: [
    { type: 'host', value: `host-${name.split(' ')[0]}` },
    { type: 'service', value: 'kernel' },
  ],
  incident_id: null,
  first_seen: new Date(from).toISOString(),
  last_seen: new Date(to).toISOString(),
})

const measure = async (size: number, days: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const store = await openStore(`sqlite:${join(folder, 'vedette.db')}`, { now: () => now, log })
  const correlate = createCorrelate(store.alerts, store.incidents, { now: () => now })
  const deliver = (alerts: readonly Alert[]) =>
    store.transaction(async (tx) => {
      await store.alerts.save(alerts, tx)
      const delivery = { id: 'bench', attempt: 1, signal: AbortSignal.timeout(60_000), transaction: async () => tx }
      return correlate(alerts, delivery)
    })
  const samples = manyAlerts(size, now)
  const findings = samples.map((sample, i) => {
    const from = now - days * day + (i * (days / 2) * day) / size
    return makeFinding(sample, String(i), from, from + hour)
  })
  for (let i = 0; i < size; i += 250) await deliver(findings.slice(i, i + 250))
  const time = async (make: (round: number, sample: Alert) => Promise<Alert> | Alert): Promise<number> => {
    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const index = (round * 37) % size
      const alert = await make(index, samples[index] ?? samples[0] ?? missing())
      const began = performance.now()
      await deliver([alert])
      times.push(performance.now() - began)
    }
    return median(times)
  }
  const result = {
    again: await time((i, sample) => makeFinding(sample, `${i} again`, now - hour, now)),
    grows: await time(async (i) => {
      const [alert] = await store.transaction((tx) => store.alerts.load([String(i)], tx))
      return { ...(alert ?? missing()), last_seen: new Date(now).toISOString(), version: (alert?.version ?? 0) + 1 }
    }),
    new: await time((i, sample) => makeFinding(sample, `${size + i}`, now - hour, now)),
  }
  await store.close()
  rmSync(folder, { recursive: true, force: true })
  return result
}

const missing = (): never => {
  throw new Error('There is no such alert.')
}

for (const { days, sizes } of cases) {
  for (const size of sizes) {
    const result = await measure(size, days)
    if (options.json) console.log(JSON.stringify({ bench: 'incidents', open: size, days, ...result }))
    else
      console.log(
        `${String(size).padStart(6)} open incidents of ${days} days  ${Object.entries(result)
          .map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`)
          .join('  ')}`,
      )
  }
}
