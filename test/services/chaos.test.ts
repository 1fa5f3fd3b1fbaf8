import { expect, it } from 'vitest'
import { runChaos } from '../chaos/chaos.ts'
import { needs } from '../needs.ts'
import { postgresPrograms } from './postgres-cluster.ts'

// `npm run chaos` is the long form.
it('loses, doubles and misses nothing while processes, connections and the database break', {
  ...needs(postgresPrograms()),
  timeout: 600_000,
}, async () => {
  const report = await runChaos({ milliseconds: 60_000, faults: 5, seed: 5, log: console.log })
  expect(report.accepted).toBeGreaterThan(100)
  expect(report.breakIns).toBeGreaterThan(1)
  expect({ lost: report.lost, doubled: report.doubled, missed: report.missed }).toEqual({
    lost: [],
    doubled: [],
    missed: [],
  })
})
