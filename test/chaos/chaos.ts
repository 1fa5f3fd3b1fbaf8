import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { fakeKeys, startFakeS3 } from '../../src/lib/s3/s3-server.fake.ts'
import { adminToken, freePort, scratch } from '../e2e/program.ts'
import { createLine } from '../services/line.ts'
import { createPostgresCluster } from '../services/postgres-cluster.ts'
import { createRabbitmqNode } from '../services/rabbitmq-node.ts'
import { createSchedule } from './faults.ts'
import { type ClusterProcess, createProcess } from './process.ts'
import { openReceiver } from './receiver.ts'

export interface ChaosOptions {
  /** No fault begins after this time. */
  readonly milliseconds: number
  readonly faults: number
  /** The same seed gives the same faults in the same order. */
  readonly seed: number
  /** How long each of the senders waits between two requests, in ms. */
  readonly pause?: number
  /** Whether records wait in RabbitMQ. */
  readonly withRabbitmq: boolean
  /** Whether blocks of events are in object storage. */
  readonly withObjects?: boolean
  readonly log: (line: string) => void
}

export interface ChaosReport {
  /** The faults, each with the time until every process was ready again, in ms. */
  readonly faults: readonly { readonly what: string; readonly recovery: number }[]
  readonly accepted: number
  /** Accepted records that are not stored, and those that are stored more than once. */
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  /** Answers other than 200, by status; `none` without an answer. */
  readonly refusals: Readonly<Record<string, number>>
  /** Break-ins that were carried out while things broke, and those without exactly one alert. */
  readonly breakIns: number
  readonly missed: readonly string[]
  readonly messages: number
  /** Messages about the same state of the same incident. */
  readonly repeated: readonly string[]
}

const partitions = 4
/** The clocks of two processes are ten minutes apart, five from that of the machine, in ms. */
const clocks: Readonly<Record<string, number>> = { 'server b': 300_000, 'worker b': -300_000 }
const hosts = Array.from({ length: 8 }, (_, index) => `web-${index + 1}`)

/**
 * Runs two servers and two workers on a PostgreSQL cluster, and on a RabbitMQ broker if asked, of their own, breaks them by a schedule, and counts: records, break-ins
 * and messages. Senders repeat a request with its key, at any server, until it is accepted. Everything stays on loopback.
 */
export const runChaos = async ({
  milliseconds,
  faults: most,
  seed,
  pause = 100,
  withRabbitmq,
  withObjects = false,
  log,
}: ChaosOptions): Promise<ChaosReport> => {
  const random = seeded(seed)
  const folder = scratch()
  const database = await createPostgresCluster()
  const broker = withRabbitmq ? await createRabbitmqNode() : undefined
  const objects = withObjects ? await startFakeS3('chaos') : undefined
  const objectPort = await freePort()
  const objectLine = objects && createLine(objectPort, { host: '127.0.0.1', port: Number(new URL(objects.url).port) })
  await objectLine?.open()
  const receiver = await openReceiver(seeded(seed + 1))
  const env = {
    VEDETTE_PARTITIONS: String(partitions),
    ...(objects && objectStorage('chaos', `http://127.0.0.1:${objectPort}`)),
    VEDETTE_NOTIFY: JSON.stringify([{ name: 'people', type: 'webhook', url: receiver.url, min_severity: 'low' }]),
  }
  const prepare = (role: 'server' | 'worker') =>
    Promise.all(
      ['a', 'b'].map((letter) =>
        createProcess({
          name: `${role} ${letter}`,
          role,
          dataDir: `${folder.path}/${role}-${letter}`,
          database,
          broker,
          env: { ...env, ...shiftClock(clocks[`${role} ${letter}`] ?? 0) },
        }),
      ),
    )
  const servers = await prepare('server')
  const workers = await prepare('worker')
  const all = [...servers, ...workers]
  try {
    for (const one of all) one.start()
    await ready(all, 120_000)
    const load = startLoad(servers, pause)
    const next = createSchedule(random, { broker: withRabbitmq, objects: withObjects })
    const faults: { what: string; recovery: number }[] = []
    const began = performance.now()
    while (faults.length < most && performance.now() - began < milliseconds) {
      await sleep(1_000 + random() * 3_000)
      const what = await next()({ servers, workers, database, broker, objects, objectLine, random })
      const recovery = await ready(all, 60_000)
      faults.push({ what, recovery })
      log(`${what}; ready after ${(recovery / 1000).toFixed(1)} s`)
    }
    await load.stop()
    await settled(servers, 180_000)
    // Messages that the receiver refused are sent again.
    await sleep(10_000)
    const { accepted, breakIns, refusals } = load
    const stored = await readAll(
      servers,
      '/api/v1/events?q="of the chaos suite"',
      ({ message }) => String(message).match(/record \S+ of the chaos suite/)?.[0],
    )
    const counts = countOf(stored)
    const titles = await readAll(servers, '/api/v1/alerts', ({ title }) => String(title))
    const found = (name: string) => titles.filter((title) => title.startsWith(`${name} logged in`)).length
    const repeated = [...receiver.taken].filter(([, times]) => times > 1).map(([key]) => key)
    return {
      faults,
      accepted: accepted.size,
      lost: [...accepted].filter((text) => !counts.has(text)),
      doubled: [...counts].filter(([, count]) => count > 1).map(([text]) => text),
      refusals,
      breakIns: breakIns.length,
      missed: breakIns.filter((name) => found(name) !== 1),
      messages: receiver.taken.size,
      repeated,
    }
  } finally {
    await Promise.all(all.map((one) => one.stop('SIGKILL')))
    await Promise.all(all.flatMap(({ line, brokerLine }) => [line.close(), brokerLine?.close()]))
    await receiver.close()
    await objectLine?.close()
    objects?.close()
    await broker?.remove()
    await database.remove()
    folder.remove()
  }
}

/** The environment of a process that stores blocks in a bucket of the fake object storage. */
export const objectStorage = (bucket: string, endpoint: string): NodeJS.ProcessEnv => ({
  VEDETTE_STORAGE_BLOCKS: `s3://${bucket}`,
  VEDETTE_STORAGE_S3_ENDPOINT: endpoint,
  VEDETTE_STORAGE_S3_ACCESS_KEY_ID: fakeKeys.accessKeyId,
  VEDETTE_STORAGE_S3_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
})

/** The environment of a process whose clock is wrong by so many ms. */
export const shiftClock = (ms: number): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--require=${join(import.meta.dirname, 'shift-clock.cjs')}`,
  CLOCK_OFFSET_MS: String(ms),
})

/** Sends records of every host, and now and then a break-in, until `stop` is called. */
const startLoad = (servers: readonly ClusterProcess[], pause: number) => {
  const accepted = new Set<string>()
  const breakIns: string[] = []
  const refusals: Record<string, number> = {}
  let stopping = false
  let turn = 0

  /** Sends lines, at the next server after each refusal, until one accepts them. */
  const deliver = async (key: string, lines: readonly string[]): Promise<void> => {
    for (;;) {
      const server = servers[turn++ % servers.length]
      const answer = await fetch(`${server?.url}/api/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'text/plain', 'idempotency-key': key },
        body: lines.join('\n'),
        signal: AbortSignal.timeout(10_000),
      }).catch(() => undefined)
      await answer?.body?.cancel().catch(() => undefined)
      if (answer?.status === 200) return
      const status = answer ? String(answer.status) : 'none'
      refusals[status] = (refusals[status] ?? 0) + 1
      await sleep(200)
    }
  }
  const sendRecords = async (host: string): Promise<void> => {
    for (let number = 0; !stopping; number++) {
      const texts = Array.from({ length: 5 }, (_, index) => `record ${host}/${number}.${index} of the chaos suite`)
      const lines = texts.map((text) => `${new Date().toISOString()} ${host} app[1]: INFO ${text}`)
      await deliver(`${host}/${number}`, lines)
      for (const text of texts) accepted.add(text)
      await sleep(pause)
    }
  }
  /** 24 failed logins, some seconds apart, then one that succeeds. */
  const breakIn = async (number: number): Promise<void> => {
    const host = hosts[number % hosts.length]
    const user = `intruder${number}`
    const line = (what: string, port: number) =>
      `${new Date().toISOString()} ${host} sshd[${1000 + number}]: ${what} password for ${user} from 203.0.113.${(number % 250) + 1} port ${port} ssh2`
    for (let part = 0; part < 6; part++) {
      const failures = Array.from({ length: 4 }, (_, index) => line('Failed', 40_000 + part * 4 + index))
      await deliver(`${user}/${part}`, failures)
      await sleep(1_500)
    }
    await deliver(`${user}/success`, [line('Accepted', 50_000)])
    breakIns.push(user)
  }
  const attack = async (): Promise<void> => {
    for (let number = 0; !stopping; number++) await breakIn(number)
  }
  const work = Promise.all([...hosts.map(sendRecords), attack()])
  return {
    accepted,
    breakIns,
    refusals,
    async stop() {
      stopping = true
      await work
    },
  }
}

/** Waits until all are ready; how long it took, in ms. */
const ready = async (all: readonly ClusterProcess[], atMost: number): Promise<number> => {
  const began = performance.now()
  for (;;) {
    const states = await Promise.all(all.map(async (one) => ({ one, isReady: await one.isReady() })))
    const waited = performance.now() - began
    const missing = states.filter(({ isReady }) => !isReady).map(({ one }) => one)
    if (missing.length === 0) return waited
    if (waited > atMost) {
      const outputs = missing.map((one) => `${one.name} is not ready:\n${one.output().slice(-2_000)}`)
      throw new Error(outputs.join('\n'))
    }
    await sleep(100)
  }
}

const queues = z.object({ queues: z.array(z.object({ ready: z.number(), running: z.number() })) })

const settled = async (servers: readonly ClusterProcess[], atMost: number): Promise<void> => {
  const began = performance.now()
  for (let quiet = 0; quiet < 5; ) {
    const { queues: found } = queues.parse(await ask(servers, '/health/ready'))
    quiet = found.every((one) => one.ready + one.running === 0) ? quiet + 1 : 0
    if (performance.now() - began > atMost) throw new Error(`The queues are not empty: ${JSON.stringify(found)}`)
    await sleep(200)
  }
}

const page = z.object({ data: z.array(z.looseObject({})), next_cursor: z.string().nullish() })

const readAll = async (
  servers: readonly ClusterProcess[],
  path: string,
  pick: (item: Record<string, unknown>) => string | undefined,
): Promise<readonly string[]> => {
  const found: string[] = []
  const [route, query] = path.split('?')
  for (let cursor: string | undefined; ; ) {
    const search = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(query)), limit: '500' })
    if (cursor) search.set('cursor', cursor)
    const { data, next_cursor } = page.parse(await ask(servers, `${route}?${search}`))
    found.push(...data.flatMap((item) => pick(item) ?? []))
    if (!next_cursor) return found
    cursor = next_cursor
  }
}

const ask = async ([server]: readonly ClusterProcess[], path: string): Promise<unknown> => {
  const answer = await fetch(`${server?.url}${path}`, { headers: { authorization: `Bearer ${adminToken}` } })
  return answer.json()
}

const countOf = (texts: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** A small seeded generator (mulberry32): the same schedule in every run. */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
