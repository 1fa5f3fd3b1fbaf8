import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isCurrent } from '../../scripts/bootstrap/bundle.cjs'
import { startFakeS3 } from '../../src/lib/s3/s3-server.fake.ts'
import { objectStorage, shiftClock } from '../chaos/chaos.ts'
import { type ClusterProcess, createProcess } from '../chaos/process.ts'
import { freePort, root, scratch, sleep, startServer } from '../e2e/program.ts'
import { type Need, needs } from '../needs.ts'
import { until } from '../until.ts'
import { createLine } from './line.ts'
import { createPostgresCluster, type PostgresCluster, postgresPrograms } from './postgres-cluster.ts'
import { sendSteadily, stored } from './steady-sender.ts'

const alerts = z.object({ data: z.array(z.object({ title: z.string(), last_seen: z.string() })) })
const events = z.object({ data: z.array(z.object({ message: z.string(), time: z.string(), received_at: z.string() })) })
const health = z.object({ problems: z.array(z.string()) })
const leases = z.array(z.object({ name: z.string(), owner: z.string() }))

describe('a cluster', needs(postgresPrograms()), () => {
  let database: PostgresCluster
  let data: ReturnType<typeof scratch>
  let processes: ClusterProcess[]
  beforeEach(async () => {
    data = scratch()
    processes = []
    database = await createPostgresCluster()
  })
  afterEach(async () => {
    await Promise.all(processes.map((one) => one.stop('SIGKILL')))
    await Promise.all(processes.map(({ line }) => line.close()))
    await database.remove()
    data.remove()
  })

  /** Starts a process; resolves when it is ready. */
  const start = async (
    role: 'server' | 'worker',
    { env = {}, program }: { env?: NodeJS.ProcessEnv; program?: string } = {},
  ) => {
    const name = `${role} ${processes.length}`
    const one = await createProcess({
      ...{ name, role, database, broker: undefined },
      dataDir: join(data.path, name),
      env: { VEDETTE_PARTITIONS: '2', ...env },
      ...(program !== undefined && { program }),
    })
    processes.push(one)
    one.start()
    await until(one.isReady, () => `${name} being ready\n${one.output()}`)
    return one
  }

  const send = async (server: ClusterProcess, lines: readonly string[]) => {
    const answer = await server.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: lines.join('\n'),
    })
    expect(answer.status).toBe(200)
  }
  /** Without a time: the server sets it. */
  const login = (what: 'Failed' | 'Accepted', port: number) =>
    `web-01 sshd[${port}]: ${what} password for dana from 203.0.113.9 port ${port} ssh2`
  const failures = Array.from({ length: 25 }, (_, index) => login('Failed', 4_000 + index))
  const breakIns = async (server: ClusterProcess) => {
    const { data: found } = alerts.parse(await (await server.ask('/api/v1/alerts?limit=200')).json())
    return found.filter(({ title }) => /^dana logged in .* after 25 failed/.test(title))
  }
  const settled = (server: ClusterProcess) =>
    until(async () => {
      const { queues } = z
        .object({ queues: z.array(z.object({ ready: z.number(), running: z.number() })) })
        .parse(await (await server.ask('/health/ready')).json())
      return queues.every(({ ready, running }) => ready + running === 0)
    }, 'the queues being empty')
  /** The names of the leases that a process holds. */
  const held = async (one: ClusterProcess) => {
    const rows = leases.parse(await database.ask('select name, owner from leases', 'vedette'))
    return rows.filter(({ owner }) => owner.includes(`/${one.pid()}/`)).map(({ name }) => name)
  }
  const topics = ['records/0', 'records/1', 'detections', 'alerts', 'incidents']

  /** Checks that everything that was accepted is stored once. */
  const expectStored = async (
    server: ClusterProcess,
    name: string,
    { accepted }: { readonly accepted: readonly string[] },
  ) => {
    await settled(server)
    expect([...(await stored(server, name))].sort()).toEqual([...accepted].sort())
  }
  const problemsOf = async (server: ClusterProcess) =>
    health.parse(await (await server.ask('/health/ready')).json()).problems.join(' ')

  it('keeps what it accepts while object storage refuses connections, and stores it later', async () => {
    const objects = await startFakeS3('faults')
    const port = await freePort()
    const line = createLine(port, { host: '127.0.0.1', port: Number(new URL(objects.url).port) })
    await line.open()
    try {
      const env = objectStorage('faults', `http://127.0.0.1:${port}`)
      const server = await start('server', { env })
      await start('worker', { env })
      const sending = sendSteadily(server, 'refused')
      await until(() => objects.objects.size > 0, 'the first object')
      await line.close()
      // Objects that have arrived may still be stored.
      await sleep(1_000)
      const [before, written] = [sending.accepted.length, objects.objects.size]
      await sleep(20_000)
      expect(sending.accepted.length).toBeGreaterThan(before + 20)
      expect(objects.objects.size).toBe(written)
      expect(await problemsOf(server)).toMatch(/object storage|s3/i)
      await line.open()
      await sending.stop()
      await expectStored(server, 'refused', sending)
      expect(sending.refused).toEqual([])
      expect(objects.objects.size).toBeGreaterThan(written)
    } finally {
      await line.close()
      objects.close()
    }
  })

  it('continues on the standby when the primary of PostgreSQL dies', async () => {
    await database.remove()
    database = await createPostgresCluster({ standby: true })
    const server = await start('server')
    await start('worker')
    const sending = sendSteadily(server, 'failover')
    await send(server, failures)
    await until(() => sending.accepted.length > 50)
    await database.failOver()
    const before = sending.accepted.length
    await until(() => sending.accepted.length > before + 20, 'records being accepted by the standby')
    await send(server, [login('Accepted', 5_000)])
    await until(async () => (await breakIns(server)).length > 0, 'the login after 25 failures')
    await sending.stop()
    await expectStored(server, 'failover', sending)
    expect(await breakIns(server)).toHaveLength(1)
    for (const { status, retryAfter } of sending.refused) {
      expect({ status, waits: Number(retryAfter) > 0 }).toEqual({ status: 503, waits: true })
    }
  })

  it('needs no room in the data folder of a process', needs(mountable()), async () => {
    const folder = join(data.path, 'server 0')
    mkdirSync(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
    try {
      const full = await start('server')
      const other = await start('server')
      await start('worker')
      fill(folder)
      const sending = [sendSteadily(full, 'full'), sendSteadily(other, 'other')]
      await send(full, failures)
      await until(() => sending.every(({ accepted }) => accepted.length > 50), 'records being accepted by both servers')
      await send(other, [login('Accepted', 5_000)])
      await until(async () => (await breakIns(full)).length > 0, 'the login after 25 failures')
      expect(() => writeFileSync(join(folder, 'more'), 'x'.repeat(8_192))).toThrow('ENOSPC')
      await Promise.all(sending.map((one) => one.stop()))
      for (const [index, name] of ['full', 'other'].entries()) {
        await expectStored(full, name, sending[index] ?? { accepted: [] })
        expect(sending[index]?.refused).toEqual([])
      }
    } finally {
      await processes[0]?.stop('SIGKILL')
      execFileSync('umount', [folder])
    }
  })

  it('follows the clock of the database, whatever the clocks of its processes say', async () => {
    const fast = await start('server', { env: shiftClock(300_000) })
    const slow = await start('server', { env: shiftClock(-300_000) })
    await start('worker', { env: shiftClock(-300_000) })
    await send(fast, failures)
    const otlp = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'undated record' } }] }] }] }
    const answer = await fast.ask('/v1/logs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(otlp),
    })
    expect(answer.status).toBe(200)
    await settled(slow)
    // Ten minutes before the failures, by the clock of the process that accepts it.
    await send(slow, [login('Accepted', 5_000)])
    const [found] = await until(async () => {
      const some = await breakIns(fast)
      return some.length > 0 ? some : undefined
    }, 'the login after 25 failures')
    expect(Math.abs(Date.parse(found?.last_seen ?? '') - Date.now())).toBeLessThan(60_000)
    for (const query of ['sshd', 'undated']) {
      const { data: rows } = events.parse(await (await slow.ask(`/api/v1/events?q=${query}&limit=50`)).json())
      expect(rows.length).toBe(query === 'sshd' ? 26 : 1)
      for (const { time, received_at } of rows) {
        expect(Math.abs(Date.parse(time) - Date.now()), `${query}: ${time}`).toBeLessThan(60_000)
        expect(Math.abs(Date.parse(received_at) - Date.now())).toBeLessThan(60_000)
      }
    }
  })

  it('leaves all work to a newer version once that has migrated the database, while older servers accept records', async () => {
    const server = await start('server')
    const old = await start('worker')
    const sending = sendSteadily(server, 'rolling')
    await send(server, failures)
    await until(() => sending.accepted.length > 20)
    await settled(server)

    const program = nextVersion(join(data.path, 'next'))
    const newer = await start('worker', { program })
    const moved = async () => {
      const names = await held(newer)
      return topics.every((topic) => names.includes(topic))
    }
    await until(moved, 'the newer worker holding every topic')
    await until(async () => (await held(old)).length === 0, 'the older worker giving up everything')
    const reason = 'A newer version of Vedette has migrated the database.'
    await until(
      () => old.output().includes(reason),
      () => `the reason in\n${old.output()}`,
    )
    expect(await problemsOf(server)).toContain(reason)

    // The older worker could not read what the newer one has learnt, so it must not take over from it.
    await newer.stop('SIGKILL')
    await sleep(12_000)
    expect(await held(old)).toEqual([])
    newer.start()
    await until(moved, 'the newer worker holding every topic again')
    await send(server, [login('Accepted', 5_000)])
    await until(async () => (await breakIns(server)).length > 0, 'the login after 25 failures')
    await sending.stop()
    await expectStored(server, 'rolling', sending)
    expect(sending.refused).toEqual([])
    expect(await breakIns(server)).toHaveLength(1)

    await old.stop('SIGTERM')
    old.start()
    expect(await old.ended()).not.toBe(0)
    expect(old.output()).toContain('The database was made by a newer version: it has 9999-next.')
  })
})

/** Whether this machine lets us make a small file system that can be filled. */
const mountable = (): Need => {
  const { path, remove } = scratch()
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', path], { stdio: 'ignore' })
    execFileSync('umount', [path])
    return { missing: undefined }
  } catch {
    return { missing: 'mounting a file system is not permitted (run as root)' }
  } finally {
    remove()
  }
}

/** Fills the file system of a folder to the last block. Returns the file to delete. */
const fill = (folder: string): string => {
  const file = join(folder, 'ballast')
  for (const bytes of [65_536, 4_096, 1]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(bytes))
    } catch (error) {
      if (!String(error).includes('ENOSPC')) throw error
    }
  }
  return file
}

describe('a server on SQLite whose disk is full', needs(mountable()), () => {
  it('refuses records with Retry-After, and continues when there is room', async () => {
    const { path, remove } = scratch()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', path])
    const server = await startServer({ dataDir: path, port: await freePort() })
    try {
      const sending = sendSteadily(server, 'full')
      await until(() => sending.accepted.length > 20)
      const ballast = fill(path)
      await until(() => sending.refused.length > 5, 'records being refused')
      expect((await server.ask('/health/live')).status).toBe(200)
      rmSync(ballast)
      const before = sending.accepted.length
      await until(() => sending.accepted.length > before + 20, 'records being accepted again')
      await sending.stop()
      await server.settled()
      expect([...(await stored(server, 'full'))].sort()).toEqual([...sending.accepted].sort())
      for (const { status, retryAfter } of sending.refused) {
        expect({ status, waits: Number(retryAfter) > 0 }).toEqual({ status: 507, waits: true })
      }
    } finally {
      await server.stop('SIGKILL')
      execFileSync('umount', [path])
      remove()
    }
  })
})

/**
 * Makes a copy of this program that has one more migration: of the bundle, if it is of these sources. Sources in a new folder are compiled
 * again, which takes ten times as long.
 */
const nextVersion = (folder: string): string => {
  const code = isCurrent(root) ? 'dist' : 'src'
  for (const part of ['bin', code, 'package.json', 'formats', 'rules', 'playbooks', 'prompts', 'agents', 'samples'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  cpSync(join(root, 'scripts/bootstrap'), join(folder, 'scripts/bootstrap'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const changed = globSync(`${code}/**/*.{js,ts}`, { cwd: folder }).filter((name) => {
    const file = join(folder, name)
    const before = readFileSync(file, 'utf8')
    const after = before.replace(
      /(^(?:export const|var) migrations\b[^{]*\{\n[^}]*?),?\n\}/m,
      `$1,\n  '9999-next': async (db) => { await db.schema.alterTable('alerts').addColumn('next_version', 'text').execute() },\n}`,
    )
    if (after === before) return false
    writeFileSync(file, after)
    return true
  })
  expect(changed).toHaveLength(1)
  return folder
}
