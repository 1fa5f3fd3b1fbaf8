import { describe, expect, it } from 'vitest'
import { type ChaosReport, runChaos } from '../chaos/chaos.ts'
import { needs } from '../needs.ts'
import { postgresPrograms } from './postgres-cluster.ts'
import { rabbitmqPrograms } from './rabbitmq-node.ts'

const check = ({ accepted, breakIns, lost, doubled, missed }: ChaosReport): void => {
  expect(accepted).toBeGreaterThan(100)
  expect(breakIns).toBeGreaterThan(1)
  expect({ lost, doubled, missed }).toEqual({ lost: [], doubled: [], missed: [] })
}

// `npm run chaos` is the long form, with more load. Here, eight senders are enough to have requests under way at each fault.
const run = { milliseconds: 60_000, faults: 5, seed: 5, pause: 300, log: console.log }

describe('a cluster whose processes, connections and servers break loses, doubles and misses nothing', {
  timeout: 600_000,
}, () => {
  it('on PostgreSQL', needs(postgresPrograms()), async () => check(await runChaos({ ...run, withRabbitmq: false })))

  it('on PostgreSQL and RabbitMQ', needs(postgresPrograms(), rabbitmqPrograms()), async () =>
    check(await runChaos({ ...run, withRabbitmq: true })),
  )
})
