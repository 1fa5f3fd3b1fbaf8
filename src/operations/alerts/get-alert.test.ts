import { expect, it } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import { sampleAlert, sampleDetection } from '../../store/samples.conformance.ts'
import { getAlert } from './get-alert.ts'

const actor = { name: 'noor', role: 'analyst' } as const
const log = { debug() {}, info() {}, warn() {}, error() {} }

it('an alert ranks among the anomalies of the 14 days before it, if there are at least 20', async () => {
  const store = await openStore('sqlite::memory:', { now: () => Date.UTC(2026, 2, 2), log })
  const alert = { ...sampleAlert(1), severity: 'medium', score: 1 } as const
  const { first_seen, last_seen } = alert
  const seen = (days: number) => new Date(Date.parse(last_seen) - days * 86_400_000).toISOString()
  const save = (from: number, count: number, facts: Partial<Parameters<typeof sampleDetection>[1]>) =>
    store.transaction(async (tx) => {
      const made = Array.from({ length: count }, (_, i) =>
        sampleDetection(from + i, { first_seen, last_seen, dedup_key: `key ${from + i}`, ...facts }),
      )
      await store.detections.save(made, tx)
    })
  await store.transaction((tx) => store.alerts.save([alert], tx))
  await save(100, 15, { severity: 'low', score: 1 })
  await save(200, 30, { severity: 'low', score: 1, first_seen: seen(20), last_seen: seen(19) })
  expect((await getAlert.run({ id: alert.id }, { store, actor })).rank).toEqual({ percent: null, of: 15 })
  await save(300, 10, { severity: 'medium', score: 1 })
  expect((await getAlert.run({ id: alert.id }, { store, actor })).rank).toEqual({ percent: 60, of: 25 })
})
