import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeS3, S3Fault } from '../../src/lib/s3/s3-server.fake.ts'
import { adminToken } from '../e2e/program.ts'
import type { Line } from '../services/line.ts'
import type { PostgresCluster } from '../services/postgres-cluster.ts'
import type { RabbitmqNode } from '../services/rabbitmq-node.ts'
import type { ClusterProcess } from './process.ts'

/** The parts of a cluster that faults break. */
export interface Breakable {
  readonly servers: readonly ClusterProcess[]
  readonly workers: readonly ClusterProcess[]
  readonly database: PostgresCluster
  readonly broker: RabbitmqNode | undefined
  readonly objects: FakeS3 | undefined
  /** To object storage. */
  readonly objectLine: Line | undefined
  /** The next number of the schedule, 0 ≤ x < 1. */
  readonly random: () => number
}

/** Breaks something and repairs it; resolves when it is repaired. Returns what it did to what. */
type Fault = (cluster: Breakable) => Promise<string>

const oneOf = <Item>(items: readonly Item[], random: () => number): Item => {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('There is nothing to choose from.')
  return item
}

const between = (least: number, most: number, random: () => number): number =>
  Math.round(least + random() * (most - least))

const killOne =
  (role: 'servers' | 'workers'): Fault =>
  async (cluster) => {
    const one = oneOf(cluster[role], cluster.random)
    await one.stop('SIGKILL')
    await sleep(between(0, 3_000, cluster.random))
    one.start()
    return `killed ${one.name}`
  }

const killAll: Fault = async ({ servers, workers }) => {
  const all = [...servers, ...workers]
  await Promise.all(all.map((one) => one.stop('SIGKILL')))
  for (const one of all) one.start()
  return 'killed every process'
}

const restartAll: Fault = async ({ servers, workers }) => {
  for (const one of [...workers, ...servers]) {
    await one.stop('SIGTERM')
    one.start()
    for (let waited = 0; waited < 30_000 && !(await one.isReady()); waited += 100) await sleep(100)
  }
  return 'restarted every process, one after another'
}

const pauseWorker: Fault = async ({ workers, random }) => {
  const one = oneOf(workers, random)
  // Longer than the lease of a partition, so that another worker has it when this one wakes up.
  const ms = between(25_000, 60_000, random)
  one.pause()
  await sleep(ms)
  one.resume()
  return `paused ${one.name} for ${Math.round(ms / 1000)} s`
}

const restartDatabase =
  (mode: 'fast' | 'immediate'): Fault =>
  async ({ database, random }) => {
    await database.stop(mode)
    const ms = between(0, 6_000, random)
    await sleep(ms)
    await database.start()
    return `${mode === 'fast' ? 'restarted' : 'crashed'} PostgreSQL, away for ${Math.round(ms / 1000)} s`
  }

const cutOff: Fault = async ({ servers, workers, random }) => {
  const one = oneOf([...servers, ...workers], random)
  one.line.cut()
  return `broke the connections of ${one.name} to the database`
}

const dropPackets: Fault = async ({ servers, workers, random }) => {
  const one = oneOf([...servers, ...workers], random)
  const ms = between(5_000, 20_000, random)
  one.line.silence()
  await sleep(ms)
  one.line.resume()
  return `dropped the packets between ${one.name} and the database for ${Math.round(ms / 1000)} s`
}

const slowDatabase: Fault = async ({ servers, workers, random }) => {
  const ms = between(100, 500, random)
  const all = [...servers, ...workers]
  for (const { line } of all) line.slow(ms)
  await sleep(20_000)
  for (const { line } of all) line.slow(0)
  return `delayed PostgreSQL by ${ms} ms each way for 20 s`
}

/** PostgreSQL answers as it does on a full disk: what would need more pages fails, what needs none succeeds. */
const fillDatabase: Fault = async ({ database }) => {
  const tables = ['jobs', 'event_blocks', 'alerts']
  const ask = (sql: string) => database.ask(sql, 'vedette')
  await ask(
    `create or replace function no_space() returns trigger language plpgsql as $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`,
  )
  for (const table of tables)
    await ask(`create trigger no_space before insert on ${table} for each statement execute function no_space()`)
  await sleep(20_000)
  for (const table of tables) await ask(`drop trigger no_space on ${table}`)
  return 'filled the disk of PostgreSQL for 20 s'
}

const breakObjects =
  (fault: S3Fault): Fault =>
  async ({ objects, servers }) => {
    objects?.setFault(fault)
    // Searches must read. Damage that they find must not hide events from later ones.
    for (let second = 0; second < 20; second += 2) {
      await Promise.all([sleep(2_000), ...servers.map(search)])
    }
    objects?.setFault(undefined)
    return `object storage ${objectFaults[fault]} for 20 s`
  }

const refuseObjects: Fault = async ({ objectLine }) => {
  await objectLine?.close()
  await sleep(20_000)
  await objectLine?.open()
  return 'object storage refused connections for 20 s'
}

const search = async ({ url }: ClusterProcess): Promise<void> => {
  const answer = await fetch(`${url}/api/v1/events?q=suite&limit=500`, {
    headers: { authorization: `Bearer ${adminToken}` },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined)
  await answer?.body?.cancel().catch(() => undefined)
}

const objectFaults: Readonly<Record<S3Fault, string>> = {
  away: 'answered 503',
  error: 'answered 500',
  slow: 'answered after 3 s',
  damaged: 'answered with damaged objects',
}

const restartBroker =
  (mode: 'fast' | 'immediate'): Fault =>
  async ({ broker, random }) => {
    await broker?.stop(mode)
    const ms = between(0, 10_000, random)
    await sleep(ms)
    await broker?.start()
    return `${mode === 'fast' ? 'restarted' : 'crashed'} RabbitMQ, away for ${Math.round(ms / 1000)} s and its start`
  }

const cutBroker: Fault = async ({ servers, workers, random }) => {
  const one = oneOf([...servers, ...workers], random)
  one.brokerLine?.cut()
  return `broke the connections of ${one.name} to RabbitMQ`
}

const dropBrokerPackets: Fault = async ({ servers, workers, random }) => {
  const one = oneOf([...servers, ...workers], random)
  const ms = between(5_000, 20_000, random)
  one.brokerLine?.silence()
  await sleep(ms)
  one.brokerLine?.resume()
  return `dropped the packets between ${one.name} and RabbitMQ for ${Math.round(ms / 1000)} s`
}

const brokerFaults: readonly Fault[] = [restartBroker('immediate'), dropBrokerPackets, restartBroker('fast'), cutBroker]

const storageFaults: readonly Fault[] = [
  breakObjects('away'),
  refuseObjects,
  breakObjects('slow'),
  breakObjects('error'),
  breakObjects('damaged'),
]

const faults: readonly Fault[] = [
  killOne('workers'),
  killOne('servers'),
  restartDatabase('immediate'),
  dropPackets,
  pauseWorker,
  killAll,
  restartDatabase('fast'),
  cutOff,
  restartAll,
  slowDatabase,
  fillDatabase,
]

/**
 * The fault at a place of the schedule: each kind once, in an order of its own, before any comes again. With RabbitMQ or object storage, every
 * second one is a fault of these.
 */
export const createSchedule = (random: () => number, has: { readonly broker: boolean; readonly objects: boolean }) => {
  const special = [...(has.broker ? brokerFaults : []), ...(has.objects ? storageFaults : [])]
  const [next, nextSpecial] = [createOrder(faults, random), createOrder(special, random)]
  let turn = 0
  return (): Fault => {
    turn += 1
    return special.length > 0 && turn % 2 === 1 ? nextSpecial() : next()
  }
}

const createOrder = (all: readonly Fault[], random: () => number) => {
  let left: Fault[] = []
  return (): Fault => {
    if (left.length === 0) left = [...all]
    return left.splice(Math.floor(random() * left.length), 1)[0] ?? cutOff
  }
}
