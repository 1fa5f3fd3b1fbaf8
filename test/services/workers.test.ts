import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { createPostgresCluster, type PostgresCluster, postgresPrograms } from './postgres-cluster.ts'
import { sendSteadily, stored } from './steady-sender.ts'

const alerts = z.object({
  data: z.array(z.object({ title: z.string(), entities: z.array(z.object({ value: z.string() })) })),
})
const leases = z.array(z.object({ owner: z.string() }))
const hosts = Array.from({ length: 8 }, (_, index) => `web-${index}`)
const partitions = 4

describe('workers that share the partitions', needs(postgresPrograms()), () => {
  const data = scratch()
  const children: ChildProcess[] = []
  let cluster: PostgresCluster
  let server: Server

  beforeAll(async () => {
    cluster = await createPostgresCluster()
    server = await startServer({
      dataDir: join(data.path, 'server'),
      port: await freePort(),
      env: environment(),
      args: ['--workers', 'none'],
    })
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await server?.stop('SIGKILL')
    await cluster?.remove()
    data.remove()
  })

  const environment = () => ({ VEDETTE_STORAGE_URL: cluster.url(), VEDETTE_PARTITIONS: String(partitions) })
  const startWorker = async (name: string) => {
    const port = await freePort()
    let printed = ''
    const child = spawn(join(root, 'bin/vedette.cjs'), ['worker', '--health-port', String(port)], {
      env: { ...process.env, ...environment(), VEDETTE_DATA_DIR: join(data.path, name) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        printed += chunk
      })
    }
    const health = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
      return { status: answer?.status, body: await answer?.text() }
    }
    await until(
      async () => (await health('/health/ready')).status === 200,
      () => `a worker being ready\n${printed}`,
    )
    const exited = new Promise<number | null>((done) => child.once('exit', done))
    return {
      pid: child.pid,
      health,
      output: () => printed,
      stop(signal: NodeJS.Signals = 'SIGTERM') {
        child.kill(signal)
        return exited
      },
    }
  }
  const doctor = async () => {
    const child = spawn(join(root, 'bin/vedette.cjs'), ['doctor'], {
      env: { ...process.env, ...environment(), VEDETTE_DATA_DIR: join(data.path, 'server') },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += chunk
    })
    await new Promise((done) => child.once('close', done))
    return printed
  }
  type Worker = Awaited<ReturnType<typeof startWorker>>
  /** Waits until each of the workers has so many partitions. */
  const share = (...counts: readonly (readonly [Worker, number])[]) =>
    until(
      async () => {
        const owners = leases.parse(
          await cluster.ask("select owner from leases where name like 'records/%'", 'vedette'),
        )
        return counts.every(
          ([{ pid }, count]) => owners.filter(({ owner }) => owner.includes(`/${pid}/`)).length === count,
        )
      },
      `the partitions being divided ${counts.map(([, count]) => count).join(':')}`,
    )

  const began = Date.now() - 600_000
  const line = (host: number, second: number, text: string) =>
    `${new Date(began + second * 1_000).toISOString()} ${hosts[host]} sshd[${100 + second}]: ${text} for dana from 203.0.113.${host + 1} port ${4_000 + second} ssh2`
  const send = async (lines: readonly string[]) => {
    const answer = await server.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: lines.join('\n'),
    })
    expect(answer.status).toBe(200)
  }
  const breakIns = async () => {
    const found = alerts.parse(await (await server.ask('/api/v1/alerts?limit=200')).json()).data
    return found.filter(({ title }) => /^dana logged in .* after \d+ failed/.test(title))
  }

  it('move them with what they have learnt, and survive a restart of the database', async () => {
    expect(await doctor()).toContain('nobody works records 0, records 1, records 2, records 3, facts, detections')
    const one = await startWorker('one')
    await share([one, partitions])
    const two = await startWorker('two')
    await share([one, 2], [two, 2])
    expect(await doctor()).toMatch(/✔ workers +\S+\/\d+: records \d, .* · \S+\/\d+: /)
    const metrics = (await one.health('/metrics')).body
    expect(metrics).toMatch(/vedette_partition_owner\{topic="records",partition="3",owner="\S+\/\d+"\} 1/)
    expect(metrics).toMatch(/vedette_partition_waiting\{topic="records",partition="3"\} \d+/)

    const half = (from: number) =>
      Array.from({ length: 12 }, (_, second) =>
        hosts.map((_host, host) => line(host, from + second, 'Failed password')),
      ).flat()
    await send(half(0))
    await server.settled()
    // A partition that has moved remembers the first half of each attack; one that was killed learns it again.
    await one.stop('SIGKILL')
    await send(half(12))
    await share([two, partitions])
    const three = await startWorker('three')
    await share([two, 2], [three, 2])
    await send(hosts.map((_host, host) => line(host, 40, 'Accepted password')))
    await until(async () => (await breakIns()).length === hosts.length, `${hosts.length} logins after failures`)
    expect((await breakIns()).every(({ title }) => title.includes('24 failed'))).toBe(true)

    const sending = hosts.map((host) => sendSteadily(server, `restart-${host}`, host))
    await until(() => sending.every(({ accepted }) => accepted.length > 3))
    await cluster.stop('fast')
    await until(() => sending.every(({ refused }) => refused.length > 0))
    const ready = await Promise.all([two, three].map(({ health }) => health('/health/ready')))
    expect(ready.map(({ status }) => status)).toEqual([503, 503])
    await cluster.start()
    const accepted = sending.map((one) => one.accepted.length)
    await until(() => sending.every((one, index) => one.accepted.length > (accepted[index] ?? 0) + 3))
    await Promise.all(sending.map((one) => one.stop()))
    await server.settled()
    for (const [index, one] of sending.entries()) {
      const found = await stored(server, `restart-${hosts[index]}`)
      expect([...found].sort()).toEqual([...one.accepted].sort())
      for (const { status, retryAfter } of one.refused) {
        expect({ status, waits: Number(retryAfter) > 0 }).toEqual({ status: 503, waits: true })
      }
    }
    expect((await two.health('/metrics')).body).toContain('vedette_queue_ready')
    expect(await three.stop()).toBe(0)
    await share([two, partitions])
    expect(await two.stop()).toBe(0)
  })

  it('are refused another number of partitions', async () => {
    const child = spawn(join(root, 'bin/vedette.cjs'), ['worker'], {
      env: { ...process.env, ...environment(), VEDETTE_PARTITIONS: '8', VEDETTE_DATA_DIR: join(data.path, 'wrong') },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let printed = ''
    child.stderr.on('data', (chunk) => {
      printed += chunk
    })
    expect(await new Promise((done) => child.once('exit', done))).not.toBe(0)
    expect(printed).toContain('Set partitions: 4.')
  })
})
